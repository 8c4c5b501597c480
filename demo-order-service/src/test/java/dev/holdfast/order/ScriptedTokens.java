package dev.holdfast.order;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server that stands where the issuer's token endpoint would: each token is another one, until it is away. */
final class ScriptedTokens {

    private final HttpServer server;
    private final AtomicInteger issued = new AtomicInteger();
    private volatile boolean available = true;

    ScriptedTokens() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/token", this::handle);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
    }

    void setAvailable(boolean available) {
        this.available = available;
    }

    /** How many tokens it has issued. */
    int issued() {
        return issued.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        byte[] json = (available
                        ? "{\"access_token\":\"service-%d\",\"token_type\":\"Bearer\",\"expires_in\":300}"
                                .formatted(issued.incrementAndGet())
                        : "{}")
                .getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(available ? 200 : 503, json.length);
        exchange.getResponseBody().write(json);
        exchange.close();
    }
}
