package dev.holdfast.inventory;

import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.defaults.request.IdempotencyKey;
import dev.holdfast.fencing.FencedTable;
import dev.holdfast.fencing.FencingToken;
import dev.holdfast.inventory.Outcome.Done;
import dev.holdfast.inventory.Outcome.Refused;
import dev.holdfast.inventory.Reservation.State;
import dev.holdfast.lock.api.ProblemKind;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;

/**
 * The stock in PostgreSQL.
 *
 * <p>Each step of a reservation raises the fence of its SKU first. That refuses a stale token, and its row lock puts
 * the steps of a SKU one after the other. Any other refusal is a value, not an exception: what came before it is committed.
 */
@Repository
class Inventory {

    private static final long MOST_EVER = 1_000_000_000;

    private final JdbcClient jdbc;
    private final FencedTable stock;

    Inventory(JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.stock = new FencedTable(jdbc, "stock", "sku", "fence");
    }

    Optional<Stock> find(Sku sku) {
        return jdbc.sql("select * from stock where sku = ?")
                .param(sku.value())
                .query(Stock.class)
                .optional();
    }

    /** Adds pieces, under the same key of a caller only once; the first ones make the SKU known. */
    @Transactional
    public Restock restock(Sku sku, long quantity, String caller, Optional<IdempotencyKey> key) {
        jdbc.sql("insert into stock values (?, 0, 0, 0, 0) on conflict do nothing")
                .param(sku.value())
                .update();
        if (key.isPresent() && !insert(key.get(), caller, sku, quantity)) {
            return isRepeated(key.get(), caller, sku, quantity)
                    ? new Restock.Done(find(sku).orElseThrow())
                    : refused(SampleProblem.IDEMPOTENCY_KEY_REUSED);
        }
        return jdbc.sql("update stock set available = available + :n, stocked = stocked + :n"
                        + " where sku = :sku and stocked + :n <= " + MOST_EVER + " returning *")
                .param("n", quantity)
                .param("sku", sku.value())
                .query(Stock.class)
                .optional()
                .<Restock>map(Restock.Done::new)
                .orElseGet(() -> refused(SampleProblem.INVALID_RESTOCK));
    }

    /** Nothing of a refused restock stays, nor the SKU that it would have made known. */
    private static Restock refused(SampleProblem why) {
        TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
        return new Restock.Refused(why);
    }

    /** A key from before callers were known stands for its restock, whoever repeats it. */
    private boolean insert(IdempotencyKey key, String caller, Sku sku, long quantity) {
        return jdbc.sql("""
                        insert into restock (idempotency_key, caller, sku, quantity) select :key, :caller, :sku, :n
                        where not exists (select from restock where idempotency_key = :key and caller = '')
                        on conflict do nothing""")
                        .param("key", key.value())
                        .param("caller", caller)
                        .param("sku", sku.value())
                        .param("n", quantity)
                        .update()
                == 1;
    }

    private boolean isRepeated(IdempotencyKey key, String caller, Sku sku, long quantity) {
        return jdbc.sql("select count(*) from restock"
                                + " where idempotency_key = ? and caller in (?, '') and sku = ? and quantity = ?")
                        .params(key.value(), caller, sku.value(), quantity)
                        .query(Long.class)
                        .single()
                == 1;
    }

    /** Sets pieces aside for an order. */
    @Transactional
    public Outcome reserve(UUID order, Sku sku, long quantity, FencingToken token) {
        Optional<Refused> refused = fence(sku, token);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (!insert(order, sku, quantity, State.RESERVED)) {
            return repeated(required(order), sku, quantity);
        }
        int moved = jdbc.sql("update stock set available = available - :n, reserved = reserved + :n"
                        + " where sku = :sku and available >= :n")
                .param("n", quantity)
                .param("sku", sku.value())
                .update();
        if (moved == 0) {
            end(order, State.REFUSED);
            return new Refused(SampleProblem.OUT_OF_STOCK);
        }
        return new Done(required(order));
    }

    private static Outcome repeated(Reservation known, Sku sku, long quantity) {
        return switch (known.state()) {
            case RESERVED, CONFIRMED ->
                known.isFor(sku, quantity) ? new Done(known) : new Refused(SampleProblem.IDEMPOTENCY_KEY_REUSED);
            case CANCELLED -> new Refused(SampleProblem.RESERVATION_CANCELLED);
            case REFUSED -> new Refused(SampleProblem.OUT_OF_STOCK);
        };
    }

    /** Sells what is reserved. */
    @Transactional
    public Outcome confirm(UUID order, FencingToken token) {
        Optional<Reservation> known = reservation(order);
        if (known.isEmpty()) {
            return new Refused(ProblemKind.NOT_FOUND);
        }
        Optional<Refused> refused = fence(new Sku(known.get().sku()), token);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (end(order, State.CONFIRMED)) {
            move("update stock set reserved = reserved - :n, sold = sold + :n where sku = :sku", known.get());
        }
        Reservation now = required(order);
        return switch (now.state()) {
            case CONFIRMED -> new Done(now);
            case REFUSED -> new Refused(SampleProblem.OUT_OF_STOCK);
            case RESERVED, CANCELLED -> new Refused(SampleProblem.RESERVATION_CANCELLED);
        };
    }

    /** Makes what is reserved available again; an order that has not reserved cannot do so afterwards. */
    @Transactional
    public Outcome cancel(UUID order, Sku sku, FencingToken token) {
        Optional<Refused> refused = fence(sku, token);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (insert(order, sku, 0, State.CANCELLED)) {
            return new Done(required(order));
        }
        Reservation known = required(order);
        if (!known.sku().equals(sku.value())) {
            return new Refused(SampleProblem.IDEMPOTENCY_KEY_REUSED);
        }
        if (end(order, State.CANCELLED)) {
            move("update stock set reserved = reserved - :n, available = available + :n where sku = :sku", known);
        }
        return known.state() == State.CONFIRMED
                ? new Refused(SampleProblem.RESERVATION_CONFIRMED)
                : new Done(required(order));
    }

    /** Raises the SKU's fence to this token and locks its row until the transaction ends. */
    private Optional<Refused> fence(Sku sku, FencingToken token) {
        return stock.raise(sku.value(), token) ? Optional.empty() : Optional.of(new Refused(SampleProblem.UNKNOWN_SKU));
    }

    private boolean insert(UUID order, Sku sku, long quantity, State state) {
        return jdbc.sql("insert into reservation values (?, ?, ?, ?) on conflict do nothing")
                        .params(order, sku.value(), quantity, state.name())
                        .update()
                == 1;
    }

    /** Whether it was reserved until now. */
    private boolean end(UUID order, State state) {
        return jdbc.sql("update reservation set state = ? where order_id = ? and state = 'RESERVED'")
                        .params(state.name(), order)
                        .update()
                == 1;
    }

    private void move(String sql, Reservation reservation) {
        jdbc.sql(sql)
                .param("n", reservation.quantity())
                .param("sku", reservation.sku())
                .update();
    }

    private Optional<Reservation> reservation(UUID order) {
        return jdbc.sql("select * from reservation where order_id = ?")
                .param(order)
                .query(Reservation.class)
                .optional();
    }

    private Reservation required(UUID order) {
        return reservation(order).orElseThrow();
    }
}
