package dev.holdfast.security;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How tokens are read.
 *
 * @param callerClaim the claim that names the caller
 * @param namespacesClaim the claim that lists the namespaces that the caller may use: an array, or separated by spaces
 * @param cachedTokens how many verified tokens are remembered, about 1 KB each, until they expire
 * @param sslBundle the bundle by which an issuer on https is known, if not by the JVM's own
 */
@ConfigurationProperties("holdfast.security")
record SecuritySettings(
        @DefaultValue("sub") String callerClaim,
        @DefaultValue("namespaces") String namespacesClaim,
        @DefaultValue("10000") int cachedTokens,
        @Nullable String sslBundle) {

    SecuritySettings {
        if (cachedTokens < 1) {
            throw new IllegalArgumentException("holdfast.security.cached-tokens must be at least 1: " + cachedTokens);
        }
    }
}
