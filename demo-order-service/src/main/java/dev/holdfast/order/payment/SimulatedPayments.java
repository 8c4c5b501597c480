package dev.holdfast.order.payment;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** A payment service that declines, delays and fails by rule. */
@Repository
@EnableConfigurationProperties(PaymentProperties.class)
class SimulatedPayments implements Payments {

    private final JdbcClient jdbc;
    private final PaymentProperties rules;
    private final AtomicLong charges = new AtomicLong();

    SimulatedPayments(JdbcClient jdbc, PaymentProperties rules) {
        this.jdbc = jdbc;
        this.rules = rules;
    }

    @Override
    public Answer charge(UUID order, int quantity) {
        delay();
        String state = jdbc.sql("insert into payment values (?, ?, ?)"
                        // What is known already is kept, and returned.
                        + " on conflict (order_id) do update set state = payment.state returning state")
                .params(order, quantity, quantity > rules.limit() ? "DECLINED" : "CHARGED")
                .query(String.class)
                .single();
        if (rules.loseEvery() > 0 && charges.incrementAndGet() % rules.loseEvery() == 0) {
            throw new PaymentUnavailableException("The payment gave no answer");
        }
        return state.equals("CHARGED") ? Answer.CHARGED : Answer.DECLINED;
    }

    @Override
    public void refund(UUID order, int quantity) {
        jdbc.sql("insert into payment values (?, ?, 'REFUNDED')"
                        + " on conflict (order_id) do update set state = 'REFUNDED' where payment.state = 'CHARGED'")
                .params(order, quantity)
                .update();
    }

    private void delay() {
        try {
            Thread.sleep(rules.delay());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
