package dev.holdfast.ejection;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How ejection behaves.
 *
 * @param duration how long an instance is left out after a call to it failed; begins anew with each failure
 */
@ConfigurationProperties("holdfast.ejection")
record EjectionProperties(@DefaultValue("5s") Duration duration) {

    EjectionProperties {
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException("holdfast.ejection.duration must be positive: " + duration);
        }
    }
}
