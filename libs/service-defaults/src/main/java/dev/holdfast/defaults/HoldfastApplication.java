package dev.holdfast.defaults;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** How every service starts: under its name, with the settings of {@code config/}. */
public final class HoldfastApplication {

    private HoldfastApplication() {}

    /**
     * Starts a service with {@code application.yml} and {@code <name>.yml}, from {@code config/} on the class path and
     * then, key by key above it, from the folder {@code ./config}.
     *
     * <p>Both names are default properties: an argument, a system property or an environment variable wins.
     */
    public static ConfigurableApplicationContext run(Class<?> application, String name, String... args) {
        SpringApplication service = new SpringApplication(application);
        service.setDefaultProperties(
                Map.of("spring.config.name", "application," + name, "spring.application.name", name));
        return service.run(args);
    }
}
