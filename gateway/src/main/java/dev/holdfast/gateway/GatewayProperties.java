package dev.holdfast.gateway;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the door allows.
 *
 * @param bodyTimeout how long the body of a request may take to come
 * @param rateLimit of each caller
 * @param tokenEndpoint where {@code POST /oauth2/token} goes; none and there is no such path
 */
@ConfigurationProperties("holdfast.gateway")
record GatewayProperties(
        @DefaultValue("30s") Duration bodyTimeout,
        @DefaultValue RateLimit rateLimit,
        @Nullable URI tokenEndpoint) {

    GatewayProperties {
        if (!bodyTimeout.isPositive()) {
            throw new IllegalArgumentException("holdfast.gateway.body-timeout must be positive: " + bodyTimeout);
        }
    }

    /**
     * A bucket of tokens, of which each request takes one.
     *
     * @param replenishRate how many tokens come each second
     * @param burstCapacity how many there are at most
     * @param patience how long a request waits for Redis to say; then nobody is limited for a second or more
     */
    record RateLimit(
            @DefaultValue("2000") int replenishRate,
            @DefaultValue("4000") int burstCapacity,
            @DefaultValue("50ms") Duration patience) {

        RateLimit {
            if (replenishRate < 1 || burstCapacity < replenishRate || !patience.isPositive()) {
                throw new IllegalArgumentException("holdfast.gateway.rate-limit: replenish-rate and patience must be"
                        + " positive, burst-capacity at least replenish-rate: " + replenishRate + ", " + patience + ", "
                        + burstCapacity);
            }
        }
    }
}
