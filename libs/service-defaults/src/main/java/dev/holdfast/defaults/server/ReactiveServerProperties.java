package dev.holdfast.defaults.server;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long a server waits for a client.
 *
 * @param readTimeout how long a request's body may pause before its connection is closed
 */
@ConfigurationProperties("holdfast.server")
record ReactiveServerProperties(@DefaultValue("10s") Duration readTimeout) {

    ReactiveServerProperties {
        if (!readTimeout.isPositive()) {
            throw new IllegalArgumentException("holdfast.server.read-timeout must be positive: " + readTimeout);
        }
    }
}
