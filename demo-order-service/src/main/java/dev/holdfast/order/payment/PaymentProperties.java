package dev.holdfast.order.payment;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The simulated payment, and how long it is waited for.
 *
 * @param limit orders of more pieces are declined
 * @param delay how long a charge takes
 * @param loseEvery every so many charges one gets no answer, though it is made; 0 for none
 * @param patience how long what is reserved is kept for a payment that gives no answer
 */
@ConfigurationProperties("demo.payment")
public record PaymentProperties(
        @DefaultValue("50") int limit,
        @DefaultValue("0") Duration delay,
        @DefaultValue("0") int loseEvery,
        @DefaultValue("30s") Duration patience) {}
