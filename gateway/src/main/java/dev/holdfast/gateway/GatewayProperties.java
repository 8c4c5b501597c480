package dev.holdfast.gateway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the door allows.
 *
 * @param bodyTimeout how long the body of a request may take to come
 */
@ConfigurationProperties("holdfast.gateway")
record GatewayProperties(@DefaultValue("30s") Duration bodyTimeout) {

    GatewayProperties {
        if (!bodyTimeout.isPositive()) {
            throw new IllegalArgumentException("holdfast.gateway.body-timeout must be positive: " + bodyTimeout);
        }
    }
}
