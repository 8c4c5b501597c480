package dev.holdfast.order.payment;

import java.util.UUID;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** A simulated payment service: one payment an order, however often it is asked. */
@Repository
@EnableConfigurationProperties(PaymentProperties.class)
public class Payments {

    private final JdbcClient jdbc;
    private final int limit;

    Payments(JdbcClient jdbc, PaymentProperties properties) {
        this.jdbc = jdbc;
        this.limit = properties.limit();
    }

    /** Charges for the order's pieces, unless that was done or declined before; returns whether it is charged. */
    public boolean charge(UUID order, int quantity) {
        return jdbc.sql("insert into payment values (?, ?, ?)"
                        // What is known already is kept, and returned.
                        + " on conflict (order_id) do update set state = payment.state returning state")
                .params(order, quantity, quantity > limit ? "DECLINED" : "CHARGED")
                .query(String.class)
                .single()
                .equals("CHARGED");
    }

    /** Gives back what was charged, if anything was. */
    public void refund(UUID order) {
        jdbc.sql("update payment set state = 'REFUNDED' where order_id = ? and state = 'CHARGED'")
                .param(order)
                .update();
    }
}
