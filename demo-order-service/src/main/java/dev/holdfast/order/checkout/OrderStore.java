package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.defaults.request.IdempotencyKey;
import dev.holdfast.order.checkout.Order.Status;
import dev.holdfast.order.checkout.Order.Step;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** Orders and their steps in PostgreSQL. */
@Repository
class OrderStore {

    private static final String SELECT = """
            select *, array(select step from order_step where order_id = id order by done_at) as steps from orders""";

    private final JdbcClient jdbc;

    OrderStore(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Order> find(UUID id) {
        return jdbc.sql(SELECT + " where id = ?")
                .param(id)
                .query(OrderStore::order)
                .optional();
    }

    Optional<Order> find(IdempotencyKey key) {
        return jdbc.sql(SELECT + " where idempotency_key = ?")
                .param(key.value())
                .query(OrderStore::order)
                .optional();
    }

    /** The order under this key: a new one, unless another request has just made it. */
    Order insert(IdempotencyKey key, String sku, int quantity) {
        jdbc.sql("insert into orders (id, idempotency_key, sku, quantity, status) values (?, ?, ?, ?, 'PENDING')"
                        + " on conflict (idempotency_key) do nothing")
                .params(UUID.randomUUID(), key.value(), sku, quantity)
                .update();
        return find(key).orElseThrow();
    }

    /**
     * Stores that a step is done, and with it the order's state.
     *
     * @param token of the lease under which it was done
     * @param reason why there is no way forward any more
     * @return whether it was stored: not if the order is settled, is being cancelled while this goes forward, or was
     *     worked on under a newer lease
     */
    @Transactional
    public boolean record(UUID order, long token, Step step, Status status, @Nullable SampleProblem reason) {
        int moved = jdbc.sql("""
                        update orders set fence = :token, status = :status, reason = coalesce(reason, :reason)
                        where id = :id and status = 'PENDING' and fence <= :token
                        and (reason is null or reason = :reason)""")
                .param("token", token)
                .param("status", status.name())
                .param("reason", reason == null ? null : reason.name(), Types.VARCHAR)
                .param("id", order)
                .update();
        if (moved == 0) {
            return false;
        }
        jdbc.sql("insert into order_step (order_id, step, fencing_token) values (?, ?, ?) on conflict do nothing")
                .params(order, step.name(), token)
                .update();
        return true;
    }

    private static Order order(ResultSet row, int number) throws SQLException {
        String reason = row.getString("reason");
        return new Order(
                row.getObject("id", UUID.class),
                row.getString("sku"),
                row.getInt("quantity"),
                Status.valueOf(row.getString("status")),
                reason == null ? null : SampleProblem.valueOf(reason),
                steps((String[]) row.getArray("steps").getArray()));
    }

    private static List<Step> steps(String[] names) {
        return Arrays.stream(names).map(Step::valueOf).toList();
    }
}
