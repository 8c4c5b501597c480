package dev.holdfast.defaults.drain;

import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** The drain of a service. */
@AutoConfiguration
@EnableConfigurationProperties(DrainProperties.class)
class DrainAutoConfiguration {

    private static final Duration MARGIN = Duration.ofSeconds(2);

    @Bean
    DrainLifecycle drainLifecycle(
            DrainProperties properties, Environment environment, ObjectProvider<Drainable> drainables) {
        Duration window = properties.window();
        return new DrainLifecycle(
                window == null ? untilCallersKnow(environment) : window,
                drainables.orderedStream().toList());
    }

    /** Callers fetch the registry as often as this instance does: they share {@code application.yml}. */
    private static Duration untilCallersKnow(Environment environment) {
        Integer fetchSeconds = environment.getProperty("eureka.client.registry-fetch-interval-seconds", Integer.class);
        return fetchSeconds == null
                ? Duration.ZERO
                : Duration.ofSeconds(fetchSeconds).plus(MARGIN);
    }
}
