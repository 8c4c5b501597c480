package dev.holdfast.gateway;

import dev.holdfast.defaults.HoldfastApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** Routes what comes from outside to the instances that the registry knows; the routes are in {@code gateway.yml}. */
@SpringBootApplication
@EnableConfigurationProperties(GatewayProperties.class)
public class GatewayApplication {

    public static void main(String[] args) {
        HoldfastApplication.run(GatewayApplication.class, "gateway", args);
    }
}
