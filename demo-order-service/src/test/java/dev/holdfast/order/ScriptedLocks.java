package dev.holdfast.order;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** An HTTP server that stands where the lock service would: one holder a lock, rising tokens, no queue. */
final class ScriptedLocks {

    private final HttpServer server;
    private final Map<String, String> holders = new HashMap<>();
    private final Map<String, Long> tokens = new HashMap<>();
    private final Map<String, Integer> grants = new HashMap<>();
    private final Map<String, String> users = new HashMap<>();
    private long lastToken = 100;
    private boolean available = true;

    ScriptedLocks() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/namespaces/orders/leases/", this::handle);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    synchronized void setAvailable(boolean available) {
        this.available = available;
    }

    /** Another holds this lock. */
    synchronized void hold(String lock) {
        holders.put(lock, "another");
    }

    /** Whoever holds it has lost it. */
    synchronized void release(String lock) {
        holders.remove(lock);
        notifyAll();
    }

    /** For whom a lock was asked for last. */
    synchronized @Nullable String user(String lock) {
        return users.get(lock);
    }

    /** How many leases on this lock were granted. */
    synchronized int granted(String lock) {
        return grants.getOrDefault(lock, 0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String id = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String wait = exchange.getRequestHeaders().getFirst("Prefer");
        boolean renewal = exchange.getRequestHeaders().containsKey("If-Match");
        String bearer = exchange.getRequestHeaders().getFirst("Authorization");
        Answer answer = bearer == null || !bearer.startsWith("Bearer service-")
                ? new Answer(401, problem("unauthenticated"))
                : exchange.getRequestMethod().equals("DELETE")
                        ? delete(id)
                        : put(
                                id,
                                exchange.getRequestHeaders().getFirst("X-User"),
                                body,
                                renewal,
                                wait == null ? -1 : Integer.parseInt(wait.replace("wait=", "")));
        byte[] json = answer.body().getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.status(), json.length == 0 ? -1 : json.length);
        exchange.getResponseBody().write(json);
        exchange.close();
    }

    private synchronized Answer put(String id, @Nullable String user, String body, boolean renewal, int waitSeconds) {
        String lock = JsonMapper.shared()
                .readTree(body)
                .path("locks")
                .path(0)
                .path("name")
                .asString();
        if (user != null) {
            users.put(lock, user);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.max(0, waitSeconds));
        while (available && holders.containsKey(lock) && !id.equals(holders.get(lock)) && System.nanoTime() < end) {
            try {
                wait(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Answer(503, problem("store-unavailable"));
            }
        }
        if (!available) {
            return new Answer(503, problem("store-unavailable"));
        }
        String holder = holders.get(lock);
        if (renewal && !id.equals(holder)) {
            return new Answer(412, problem("lease-unknown"));
        }
        if (holder == null) {
            holders.put(lock, id);
            grants.merge(lock, 1, Integer::sum);
            lastToken++;
            tokens.put(id, lastToken);
        } else if (!id.equals(holder)) {
            return waitSeconds < 0
                    ? new Answer(409, problem("lock-held"))
                    : new Answer(
                            202,
                            "{\"id\":\"" + id
                                    + "\",\"state\":\"WAITING\",\"locks\":[],\"owner\":\"o\",\"elapsedMillis\":0}");
        }
        return new Answer(holder == null ? 201 : 200, """
                {"id":"%s","state":"HELD","locks":[],"owner":"o","elapsedMillis":0,"expiresInMillis":3000,
                "fencingToken":%d}""".formatted(id, tokens.get(id)));
    }

    private synchronized Answer delete(String id) {
        if (!available) {
            return new Answer(503, problem("store-unavailable"));
        }
        holders.values().removeIf(id::equals);
        notifyAll();
        return new Answer(204, "");
    }

    private static String problem(String slug) {
        return "{\"type\":\"/problems/" + slug + "\"}";
    }

    private record Answer(int status, String body) {}
}
