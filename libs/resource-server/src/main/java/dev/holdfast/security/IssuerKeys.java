package dev.holdfast.security;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetParseException;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The issuer's keys, asked for when they are first needed.
 *
 * <p>They are kept for {@link #FRESH} and asked for anew ahead of that, in the background; also at once when a token names
 * a key that is not among them, but no more than twice in {@link #BETWEEN}, whatever tokens name. When that is not now, or
 * the issuer is away, the last ones do, for {@link #OUTAGE}: Nimbus has layers for both, but the one for outages does not
 * stand for refreshes ahead, and the one for the rate refuses what the other one has.
 */
final class IssuerKeys implements JWKSetSource<SecurityContext> {
    private static final Logger log = LoggerFactory.getLogger(IssuerKeys.class);
    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final Duration AHEAD = Duration.ofMinutes(1);
    private static final Duration BETWEEN = Duration.ofSeconds(10);
    private static final int TIMES = 2;
    private static final Duration OUTAGE = Duration.ofHours(24);
    /** Requests that find no keys wait for those who ask for them, but not longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String issuer;
    private final ResourceRetriever http;
    private final Queue<Long> asked = new ArrayDeque<>(TIMES);
    private @Nullable URI keysUri;
    private @Nullable JWKSet last;
    private long lastAt;

    IssuerKeys(IssuerSettings settings, ResourceRetriever http) {
        this.issuer = settings.issuerUri();
        this.keysUri = settings.jwkSetUri().isBlank() ? null : URI.create(settings.jwkSetUri());
        this.http = http;
    }

    /** The keys as Nimbus takes them. To be closed. */
    JWKSource<SecurityContext> cached() {
        return JWKSourceBuilder.create(this)
                .cache(FRESH.toMillis(), PATIENCE.toMillis())
                .refreshAheadCache(AHEAD.toMillis(), true)
                .rateLimited(false)
                .build();
    }

    /** Asks for the keys, so that they are there. */
    static void warm(JWKSource<SecurityContext> cached) {
        try {
            cached.get(new JWKSelector(new JWKMatcher.Builder().build()), null);
        } catch (KeySourceException e) {
            // It was logged; the first caller asks again.
        }
    }

    @Override
    public synchronized JWKSet getJWKSet(
            JWKSetCacheRefreshEvaluator refresh, long now, @Nullable SecurityContext context)
            throws JWKSetUnavailableException {
        try {
            JWKSet keys = ask(now);
            last = keys;
            lastAt = now;
            return keys;
        } catch (JWKSetUnavailableException e) {
            if (last == null || now - lastAt > OUTAGE.toMillis()) {
                throw e;
            }
            return last;
        }
    }

    private JWKSet ask(long now) throws JWKSetUnavailableException {
        if (!mayAsk(now)) {
            throw new JWKSetRetrievalException("the issuer was asked just now", null);
        }
        try {
            URI uri = keysUri;
            if (uri == null) {
                uri = discovered();
                keysUri = uri;
            }
            return JWKSet.parse(content(uri.toURL()));
        } catch (IOException e) {
            log.warn("The issuer {} does not answer: {}", issuer, e.toString());
            throw new JWKSetRetrievalException("the issuer does not answer", e);
        } catch (ParseException | IllegalArgumentException e) {
            log.warn("What the issuer {} answers is not what it should be: {}", issuer, e.toString());
            throw new JWKSetParseException("what the issuer answers is not what it should be", e);
        }
    }

    private boolean mayAsk(long now) {
        // A clock that was set back shall not make it wait for that long.
        asked.removeIf(before -> Math.abs(now - before) >= BETWEEN.toMillis());
        return asked.size() < TIMES && asked.add(now);
    }

    /** As the issuer's metadata say; it must be the issuer's own (OpenID Connect Discovery 1.0, section 4.3). */
    private URI discovered() throws IOException, ParseException {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        String metadata =
                content(URI.create(base + "/.well-known/openid-configuration").toURL());
        var members = JSONObjectUtils.parse(metadata);
        if (!issuer.equals(JSONObjectUtils.getString(members, "issuer"))) {
            throw new ParseException("the metadata are of another issuer", 0);
        }
        URI uri = JSONObjectUtils.getURI(members, "jwks_uri");
        if (uri == null) {
            throw new ParseException("the metadata name no jwks_uri", 0);
        }
        return uri;
    }

    private String content(URL url) throws IOException {
        return http.retrieveResource(url).getContent();
    }

    @Override
    public void close() {
        // Connections are the JVM's.
    }
}
