package dev.holdfast.issuer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the tokens say, beyond what Spring Authorization Server sets.
 *
 * @param audience whom they are for
 * @param key the file of the RSA key, a JSON Web Key (RFC 7517) that is made if it is absent; without it the key lasts as
 *     long as the process
 * @param namespaces by client, the namespaces of its tokens
 */
@ConfigurationProperties("demo.issuer")
record IssuerProperties(String audience, @Nullable Path key, Map<String, List<String>> namespaces) {}
