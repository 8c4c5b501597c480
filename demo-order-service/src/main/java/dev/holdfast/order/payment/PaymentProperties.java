package dev.holdfast.order.payment;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The simulated payment.
 *
 * @param limit orders of more pieces are declined
 */
@ConfigurationProperties("demo.payment")
record PaymentProperties(@DefaultValue("50") int limit) {}
