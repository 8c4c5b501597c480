package dev.holdfast.defaults.drain;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How an instance leaves.
 *
 * @param window how long an instance still serves after it told the registry that it is going; by default the interval
 *     at which callers fetch the registry plus 2 seconds, and nothing where there is no registry
 */
@ConfigurationProperties("holdfast.drain")
record DrainProperties(@Nullable Duration window) {

    DrainProperties {
        if (window != null && window.isNegative()) {
            throw new IllegalArgumentException("holdfast.drain.window must not be negative: " + window);
        }
    }
}
