package dev.holdfast.gateway;

import dev.holdfast.defaults.HoldfastApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Routes what comes from outside to the instances that the registry knows; the routes are in {@code gateway.yml}. */
@SpringBootApplication
public class GatewayApplication {

    public static void main(String[] args) {
        HoldfastApplication.run(GatewayApplication.class, "gateway", args);
    }
}
