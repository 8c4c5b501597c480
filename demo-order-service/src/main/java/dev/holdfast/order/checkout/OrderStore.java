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
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

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
        Order order = new Order(UUID.randomUUID(), sku, quantity, Status.PENDING, null, List.of());
        int inserted = jdbc.sql("insert into orders (id, idempotency_key, sku, quantity, status)"
                        + " values (?, ?, ?, ?, ?) on conflict (idempotency_key) do nothing")
                .params(order.id(), key.value(), sku, quantity, order.status().name())
                .update();
        return inserted == 1 ? order : find(key).orElseThrow();
    }

    /**
     * Stores that a step is done, and with it the order's state.
     *
     * @param token of the lease under which it was done
     * @param next the order after that step
     * @return whether it was stored: not if the order is settled, is being cancelled while this goes forward, or was
     *     worked on under a newer lease
     */
    boolean store(Order next, Step step, long token) {
        SampleProblem reason = next.reason();
        return jdbc.sql("""
                        with moved as (
                            update orders set fence = :token, status = :status, reason = :reason
                            where id = :id and status = 'PENDING' and fence <= :token
                            and (reason is null or reason = :reason)
                            returning id),
                        done as (
                            insert into order_step (order_id, step, fencing_token)
                            select id, :step, :token from moved on conflict do nothing)
                        select count(*) from moved""")
                        .param("token", token)
                        .param("status", next.status().name())
                        .param("reason", reason == null ? null : reason.name(), Types.VARCHAR)
                        .param("id", next.id())
                        .param("step", step.name())
                        .query(Long.class)
                        .single()
                == 1;
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
