package dev.holdfast.issuer;

import dev.holdfast.defaults.HoldfastApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * Issues tokens on a developer's machine, where no identity provider is. Whoever has the secret of its client
 * {@code demo} gets any token: never for production.
 */
@SpringBootApplication
public class DemoIssuerApplication {

    private static final String PRODUCTION = "production";

    DemoIssuerApplication(Environment environment) {
        if (environment.matchesProfiles(PRODUCTION)) {
            throw new InvalidConfigurationPropertyValueException(
                    "spring.profiles.active",
                    PRODUCTION,
                    "The development issuer gives any token to whoever has one secret. Production needs another issuer.");
        }
    }

    public static void main(String[] args) {
        HoldfastApplication.run(DemoIssuerApplication.class, "demo-issuer", args);
    }
}
