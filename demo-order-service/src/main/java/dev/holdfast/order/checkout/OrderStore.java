package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.defaults.request.IdempotencyKey;
import dev.holdfast.order.checkout.Order.Done;
import dev.holdfast.order.checkout.Order.Status;
import dev.holdfast.order.checkout.Order.Step;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Orders and their steps in PostgreSQL. An order that is not finished is due for recovery when nobody moves it. */
@Repository
class OrderStore {

    private static final String SELECT = """
            select * from orders cross join lateral (
                select array_agg(step order by done_at) as steps, array_agg(done_at order by done_at) as times,
                    array_agg(fencing_token order by done_at) as tokens
                from order_step where order_id = id) as done""";

    /** How many orders one look takes up. */
    private static final int BATCH = 100;
    /** An order that was taken up so often since its last step is stuck: it is left alone for twice as long each time. */
    static final int VAIN = 3;

    private final JdbcClient jdbc;
    private final double dueAfterSeconds;
    private final double dueAtMostAfterSeconds;

    OrderStore(JdbcClient jdbc, RecoveryProperties recovery) {
        this.jdbc = jdbc;
        this.dueAfterSeconds = recovery.after().toMillis() / 1000.0;
        this.dueAtMostAfterSeconds = recovery.longest().toMillis() / 1000.0;
    }

    Optional<Order> find(UUID id) {
        return jdbc.sql(SELECT + " where id = ?")
                .param(id)
                .query(OrderStore::order)
                .optional();
    }

    /** The order under a key of the caller's. A key from before callers were known stands for its order, whoever asks. */
    Optional<Order> find(Placer placer, IdempotencyKey key) {
        return jdbc.sql(SELECT + " where idempotency_key in (?, ?) order by caller desc limit 1")
                .params(scoped(placer, key), key.value())
                .query(OrderStore::order)
                .optional();
    }

    /** The key as it is stored: see V4__callers.sql. */
    private static String scoped(Placer placer, IdempotencyKey key) {
        return placer.caller() + '\n' + key.value();
    }

    /**
     * Orders without their steps, the newest first: those of a page, and one more if there is another page.
     *
     * @param caller whose; null for everyone's
     */
    List<Order> list(@Nullable String caller, @Nullable Status status, @Nullable OrderCursor after) {
        var query = new StringBuilder("select *, null::text[] as steps from orders where true");
        var params = new ArrayList<Object>();
        if (caller != null) {
            query.append(" and caller = ?");
            params.add(caller);
        }
        if (status != null) {
            query.append(" and status = ?");
            params.add(status.name());
        }
        if (after != null) {
            query.append(" and (placed_at, id) < (?, ?)");
            params.add(Timestamp.from(after.placedAt()));
            params.add(after.id());
        }
        params.add(OrderPage.SIZE + 1);
        return jdbc.sql(query.append(" order by placed_at desc, id desc limit ?")
                        .toString())
                .params(params)
                .query(OrderStore::order)
                .list();
    }

    /** The order that is wanted: a new one, unless another request has just made it. */
    Order insert(OrderDesk.Wish wish, TraceId trace) {
        return jdbc.sql("""
                        with placed as (
                            insert into orders (id, caller, on_behalf_of, idempotency_key, sku, quantity, status,
                                trace_id, due_at)
                            values (:id, :caller, :user, :key, :sku, :quantity, :status,
                                :trace, now() + :due * interval '1 s')
                            on conflict (idempotency_key) do nothing returning *)
                        select *, null::text[] as steps from placed""")
                .param("id", UUID.randomUUID())
                .param("caller", wish.placer().caller())
                .param("user", wish.placer().onBehalfOf(), Types.VARCHAR)
                .param("key", scoped(wish.placer(), wish.key()))
                .param("sku", wish.sku())
                .param("quantity", wish.quantity())
                .param("status", Status.PENDING.name())
                .param("trace", trace.value())
                .param("due", dueAfterSeconds)
                .query(OrderStore::order)
                .optional()
                .or(() -> find(wish.placer(), wish.key()))
                .orElseThrow();
    }

    /**
     * Stores that a step is done, and with it where the order stands, in one transaction.
     *
     * @param order as it was read before the step
     * @param token of the lease under which it was done, or null if it needed none
     * @return the order after it; empty if it was not stored, because the order has moved since or was worked on under a
     *     newer lease
     */
    Optional<Order> store(Order order, Step step, Status then, @Nullable SampleProblem reason, @Nullable Long token) {
        return jdbc.sql("""
                        with moved as (
                            update orders set status = :then, reason = :reason,
                                fence = coalesce(:token, fence),
                                due_at = now() + :due * interval '1 s', taken_up = 0
                            where id = :id and status = :status and reason is not distinct from :before
                                and fence <= coalesce(:token, fence)
                            returning id),
                        done as (
                            insert into order_step (order_id, step, fencing_token)
                            select id, :step, :token from moved on conflict do nothing)
                        select clock_timestamp() from moved""")
                .param("then", then.name())
                .param("reason", name(reason), Types.VARCHAR)
                .param("token", token, Types.BIGINT)
                .param("due", dueAfterSeconds)
                .param("id", order.id())
                .param("status", order.status().name())
                .param("before", name(order.reason()), Types.VARCHAR)
                .param("step", step.name())
                .query(Timestamp.class)
                .optional()
                .map(at -> order.after(new Done(step, at.toInstant(), token), then, reason));
    }

    /**
     * What a look for orders to recover has found.
     *
     * @param due taken up now
     * @param stuck how many there are
     */
    record Left(List<UUID> due, long stuck) {}

    /**
     * Takes up orders that are due and puts them off, so that they are left alone for as long again.
     *
     * @param token of the lease under which this instance was elected
     * @return empty if an instance with a newer token has done so before: this one is no longer elected
     */
    Optional<Left> takeUp(long token) {
        return jdbc.sql("""
                        with elected as (
                            update recovery set fence = :token where fence <= :token returning fence),
                        due as (
                            select id from orders, elected
                            where status not in ('CONFIRMED', 'CANCELLED') and due_at <= now()
                            order by due_at limit :batch for update of orders skip locked),
                        taken as (
                            update orders set taken_up = taken_up + 1, due_at = now() + interval '1 s'
                                * least(:due * 2 ^ least(greatest(taken_up + 1 - :vain, 0), 30), :longest)
                            from due where orders.id = due.id returning orders.id)
                        select exists (select from elected) as elected, array(select id from taken) as ids,
                            (select count(*) from orders
                                where status not in ('CONFIRMED', 'CANCELLED') and taken_up >= :vain) as stuck""")
                .param("token", token)
                .param("batch", BATCH)
                .param("due", dueAfterSeconds)
                .param("longest", dueAtMostAfterSeconds)
                .param("vain", VAIN)
                .query(OrderStore::left)
                .single();
    }

    private static Optional<Left> left(ResultSet row, int number) throws SQLException {
        return row.getBoolean("elected")
                ? Optional.of(new Left(List.of((UUID[]) row.getArray("ids").getArray()), row.getLong("stuck")))
                : Optional.empty();
    }

    private static Order order(ResultSet row, int number) throws SQLException {
        String reason = row.getString("reason");
        String trace = row.getString("trace_id");
        return new Order(
                row.getObject("id", UUID.class),
                new Placer(row.getString("caller"), row.getString("on_behalf_of")),
                row.getString("sku"),
                row.getInt("quantity"),
                Status.valueOf(row.getString("status")),
                reason == null ? null : SampleProblem.valueOf(reason),
                trace == null ? null : new TraceId(trace),
                row.getTimestamp("placed_at").toInstant(),
                steps(row));
    }

    private static List<Done> steps(ResultSet row) throws SQLException {
        Array steps = row.getArray("steps");
        if (steps == null) {
            return List.of();
        }
        String[] names = (String[]) steps.getArray();
        Timestamp[] times = (Timestamp[]) row.getArray("times").getArray();
        @Nullable Long[] tokens = (Long[]) row.getArray("tokens").getArray();
        return IntStream.range(0, names.length)
                .mapToObj(i -> new Done(Step.valueOf(names[i]), times[i].toInstant(), tokens[i]))
                .toList();
    }

    private static @Nullable String name(@Nullable SampleProblem reason) {
        return reason == null ? null : reason.name();
    }
}
