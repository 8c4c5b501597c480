package dev.holdfast.token;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the issuer of service tokens is asked. Who asks, and whom, stands in
 * {@code spring.security.oauth2.client.registration.holdfast} and {@code …provider.holdfast}.
 *
 * @param sslBundle the SSL bundle with the certificates that the issuer is trusted by. By default the JDK's
 * @param parameters more parameters of the request, such as the {@code audience} or {@code resource} that some issuers
 *     want
 */
@ConfigurationProperties("holdfast.token")
record ServiceTokenProperties(
        @Nullable String sslBundle, @DefaultValue Map<String, String> parameters) {}
