package dev.holdfast.issuer;

import dev.holdfast.defaults.HoldfastApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Issues tokens on a developer's machine, where no identity provider is. Whoever has the secret of its client
 * {@code demo} gets any token: never for production.
 */
@SpringBootApplication
public class DemoIssuerApplication {

    public static void main(String[] args) {
        HoldfastApplication.run(DemoIssuerApplication.class, "demo-issuer", args);
    }
}
