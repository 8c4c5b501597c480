package dev.holdfast.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server with an issuer's metadata and its token endpoint: each token is another one. */
final class TokenEndpoint implements AutoCloseable {

    /** What was asked. */
    record Asked(String authorization, String form) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile Duration life = Duration.ofHours(1);
    private volatile Duration delay = Duration.ZERO;
    private volatile int status = 200;
    private volatile String issuer;

    TokenEndpoint() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/.well-known/openid-configuration", this::metadata);
        server.createContext("/token", this::token);
        server.start();
        issuer = uri();
    }

    /** The issuer's identifier. */
    String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Asked> asked() {
        return asked;
    }

    /** Tokens live so long from now on; with zero it is not told. */
    void life(Duration life) {
        this.life = life;
    }

    /** Answers come so late from now on. */
    void delay(Duration delay) {
        this.delay = delay;
    }

    /** Answers to token requests have this status from now on. */
    void status(int status) {
        this.status = status;
    }

    /** The metadata name another issuer from now on. */
    void issuer(String issuer) {
        this.issuer = issuer;
    }

    private void metadata(HttpExchange exchange) throws IOException {
        send(exchange, 200, "{\"issuer\":\"%s\",\"token_endpoint\":\"%s/token\"}".formatted(issuer, uri()));
    }

    private void token(HttpExchange exchange) throws IOException {
        asked.add(new Asked(
                exchange.getRequestHeaders().getFirst("Authorization"),
                new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
        int number = asked.size();
        int answer = status;
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        send(
                exchange,
                answer,
                answer == 200
                        ? "{\"access_token\":\"token-%d\",\"token_type\":\"Bearer\"%s}"
                                .formatted(number, life.isZero() ? "" : ",\"expires_in\":" + life.toSeconds())
                        : "{\"error\":\"invalid_client\"}");
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
