package dev.holdfast.order.checkout;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When orders that nobody finishes are taken up again.
 *
 * @param after how long after its last step an order is due; less than a step takes costs work, not correctness
 * @param longest how long a {@linkplain OrderStore#VAIN stuck} order is left alone, at most
 * @param every how often the elected instance looks
 */
@ConfigurationProperties("demo.recovery")
record RecoveryProperties(
        @DefaultValue("10s") Duration after,
        @DefaultValue("10m") Duration longest,
        @DefaultValue("1s") Duration every) {}
