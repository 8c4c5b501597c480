package dev.holdfast.defaults.server;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long a server waits for a client.
 *
 * @param headTimeout how long the head of a request may take from its first byte to its last
 * @param readTimeout how long a request's body may pause before its connection is closed
 */
@ConfigurationProperties("holdfast.server")
record ReactiveServerProperties(
        @DefaultValue("10s") Duration headTimeout,
        @DefaultValue("10s") Duration readTimeout) {

    ReactiveServerProperties {
        requirePositive("head-timeout", headTimeout);
        requirePositive("read-timeout", readTimeout);
    }

    private static void requirePositive(String name, Duration timeout) {
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("holdfast.server." + name + " must be positive: " + timeout);
        }
    }
}
