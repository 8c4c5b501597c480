package dev.holdfast.lock.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * How this program uses the lock service.
 *
 * @param namespace the namespace of its locks: {@code [a-z0-9][a-z0-9._-]{0,62}}
 * @param owner what its leases' owners begin with, at most 91 characters; the lease's id follows. By default the
 *     application's name
 * @param waitSlice how long one request waits, in whole seconds from 1 to 30. A waiter whose instance hangs asks
 *     another one half a second after that
 * @param leakTraces whether a lease that was never closed is logged with the stack trace of where it was taken. It costs
 *     some microseconds for each lease
 * @param urls where the lock service is, such as {@code http://10.0.0.1:8081}, one for each instance, or that of a
 *     gateway. By default a registry says it
 * @param token a bearer token that calls carry. A {@linkplain AccessToken bean} of the program comes before it
 * @param tokenFile a file with such a token, read again when it changes; comes before {@code token}. With neither, the
 *     program's service token is sent, if {@code dev.holdfast:service-token} is there and set up
 * @param sslBundle the SSL bundle with which lock services on https are called. By default what the JDK trusts
 * @param integrationTtl how long a lock that Spring Integration takes without a TTL lives without a renewal
 */
@ConfigurationProperties("holdfast.locks")
public record LockClientProperties(
        @DefaultValue("default") String namespace,
        @Nullable String owner,
        @DefaultValue("1s") Duration waitSlice,
        @DefaultValue("true") boolean leakTraces,
        @DefaultValue List<URI> urls,
        @Nullable String token,
        @Nullable String tokenFile,
        @Nullable String sslBundle,
        @DefaultValue("30s") Duration integrationTtl) {
    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
    private static final int MAX_OWNER = 91;
    private static final Duration LONGEST_SLICE = Duration.ofSeconds(30);
    private static final Duration SHORTEST_TTL = Duration.ofMillis(100);

    public LockClientProperties {
        require(NAMESPACE.matcher(namespace).matches(), "namespace must match " + NAMESPACE, namespace);
        require(owner == null || owner.length() <= MAX_OWNER, "owner must be at most 91 characters", owner);
        require(
                isWholeSeconds(waitSlice) && !waitSlice.isZero() && waitSlice.compareTo(LONGEST_SLICE) <= 0,
                "wait-slice must be a number of whole seconds from 1 to 30",
                waitSlice);
        require(
                !StringUtils.hasText(token) || Credentials.isBearerToken(token),
                "token must be a bearer token as RFC 6750 has it",
                "what is set is none");
        require(integrationTtl.compareTo(SHORTEST_TTL) >= 0, "integration-ttl must be at least 100 ms", integrationTtl);
        urls.forEach(url -> require(isOrigin(url), "urls must be of the form http://host:port", url));
        urls = List.copyOf(urls);
    }

    private static boolean isOrigin(URI url) {
        return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                && url.getHost() != null
                && url.getUserInfo() == null
                && (url.getRawPath().isEmpty() || url.getRawPath().equals("/"));
    }

    private static boolean isWholeSeconds(Duration duration) {
        return !duration.isNegative() && duration.equals(Duration.ofSeconds(duration.toSeconds()));
    }

    private static void require(boolean holds, String rule, @Nullable Object value) {
        if (!holds) {
            throw new IllegalArgumentException("holdfast.locks." + rule + ": " + value);
        }
    }
}
