package dev.holdfast.testing.issuer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An OpenID issuer on a free port of this machine, within the test's JVM: discovery, keys, and tokens of any kind.
 *
 * <p>It mints without being asked over HTTP, also while it is stopped.
 */
public final class TestIssuer implements AutoCloseable {
    /** The audience of its tokens, unless they say another. */
    public static final String AUDIENCE = "holdfast";

    private static final String METADATA = "/.well-known/openid-configuration";
    private static final String KEYS = "/jwks";

    private final AtomicInteger keyRequests = new AtomicInteger();
    private int port;
    private HttpServer server;
    private RSAKey key = newKey();

    private TestIssuer() {
        server = serve();
        port = server.getAddress().getPort();
    }

    public static TestIssuer start() {
        return new TestIssuer();
    }

    /** One for all tests that leave it as they found it; it ends with this JVM. */
    public static TestIssuer shared() {
        return Shared.ISSUER;
    }

    private static final class Shared {
        static final TestIssuer ISSUER = start();
    }

    public String uri() {
        return "http://127.0.0.1:" + port;
    }

    /** The settings by which a service takes this issuer's tokens. */
    public Map<String, String> settings() {
        return Map.of(
                "spring.security.oauth2.resourceserver.jwt.issuer-uri",
                uri(),
                "spring.security.oauth2.resourceserver.jwt.audiences",
                AUDIENCE);
    }

    /** A token to be: as it stands, of the subject {@code test}, without any scope or namespace, for an hour. */
    public TestToken token() {
        return new TestToken(uri(), key);
    }

    /** Stops answering; its tokens and keys stay as they are. */
    public void stop() {
        server.stop(0);
    }

    /** Answers again, under the same address. */
    public void startAgain() {
        server = serve();
    }

    /** From now on tokens are signed with a new key, and the former is not published any more. */
    public void rotateKeys() {
        key = newKey();
    }

    /** How often the keys were asked for. */
    public int keyRequests() {
        return keyRequests.get();
    }

    @Override
    public void close() {
        stop();
    }

    private HttpServer serve() {
        try {
            HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            started.createContext(METADATA, exchange -> answer(exchange, metadata()));
            started.createContext(KEYS, exchange -> {
                keyRequests.incrementAndGet();
                answer(exchange, new JWKSet(key.toPublicJWK()).toString());
            });
            started.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String metadata() {
        return "{\"issuer\":\"%s\",\"jwks_uri\":\"%s\"}".formatted(uri(), uri() + KEYS);
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        try (exchange) {
            byte[] body = json.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
