package dev.holdfast.defaults.registry;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What opens the registry.
 *
 * @param user the name of all who may use it
 * @param password their password; empty where the addresses of the registry contain one, or none is asked for
 */
@ConfigurationProperties("holdfast.registry")
public record RegistryCredentials(
        @DefaultValue("holdfast") String user,
        @DefaultValue("") String password) {}
