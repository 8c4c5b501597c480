package dev.holdfast.defaults.registry;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What opens the registry, and by what it is known.
 *
 * @param user the name of all who may use it
 * @param password their password; empty where the addresses of the registry contain one, or none is asked for
 * @param sslBundle the SSL bundle by which a registry on https is known, if not by the JVM's own
 */
@ConfigurationProperties("holdfast.registry")
public record RegistryCredentials(
        @DefaultValue("holdfast") String user,
        @DefaultValue("") String password,
        @Nullable String sslBundle) {}
