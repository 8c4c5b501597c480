package dev.holdfast.lock.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.lock.api.ProblemKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real HTTP server in the place of a lock service: it answers what the test wrote down, and writes down the calls. */
final class Instance implements AutoCloseable {

    /** What the client asked. */
    record Call(
            String method,
            String path,
            @Nullable String prefer,
            @Nullable String ifMatch,
            @Nullable String authorization,
            @Nullable String user,
            String body) {

        String id() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        Duration waitAsked() {
            return prefer == null ? Duration.ZERO : Duration.ofSeconds(Long.parseLong(prefer.replace("wait=", "")));
        }
    }

    /** One answer. */
    @FunctionalInterface
    interface Script {
        void answer(Call call, HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Deque<Script> puts = new ConcurrentLinkedDeque<>();
    private final Deque<Script> deletes = new ConcurrentLinkedDeque<>();

    Instance() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The answers to PUTs in turn; the last one stays. */
    Instance onPut(Script... scripts) {
        puts.clear();
        puts.addAll(List.of(scripts));
        return this;
    }

    /** The answers to DELETEs in turn; the last one stays. */
    Instance onDelete(Script... scripts) {
        deletes.clear();
        deletes.addAll(List.of(scripts));
        return this;
    }

    List<Call> puts() {
        return calls.stream().filter(call -> call.method().equals("PUT")).toList();
    }

    List<Call> deletes() {
        return calls.stream().filter(call -> call.method().equals("DELETE")).toList();
    }

    void forget() {
        calls.clear();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Call call = new Call(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Prefer"),
                    exchange.getRequestHeaders().getFirst("If-Match"),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    exchange.getRequestHeaders().getFirst("X-User"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            calls.add(call);
            Deque<Script> scripts = call.method().equals("PUT") ? puts : deletes;
            next(scripts).answer(call, exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static synchronized Script next(Deque<Script> scripts) {
        return scripts.size() > 1 ? scripts.removeFirst() : scripts.getFirst();
    }

    static Script held(long token, Duration expiresIn) {
        return (call, exchange) -> send(exchange, 201, lease(call.id(), token, expiresIn));
    }

    /** The answer to who asked for no exclusive lock: there is no token but the tag. */
    static Script heldWithoutToken(long tag, Duration expiresIn) {
        return (call, exchange) -> {
            exchange.getResponseHeaders().set("ETag", "\"" + tag + "\"");
            send(exchange, 201, """
                    {"id":"%s","state":"HELD","locks":[],"owner":"any","elapsedMillis":0,"expiresInMillis":%d}
                    """.formatted(call.id(), expiresIn.toMillis()));
        };
    }

    static String lease(String id, long token, Duration expiresIn) {
        return """
                {"id":"%s","state":"HELD","locks":[{"name":"any","mode":"exclusive"}],"owner":"any",
                 "elapsedMillis":0,"expiresInMillis":%d,"fencingToken":%d,"new":"in a later release"}
                """.formatted(id, expiresIn.toMillis(), token);
    }

    /** Lets the client wait as long as it asked for, in vain. */
    Script waiting() {
        return (call, exchange) -> {
            closed.await(call.waitAsked().toMillis(), TimeUnit.MILLISECONDS);
            waitingAtOnce().answer(call, exchange);
        };
    }

    static Script waitingAtOnce() {
        return (call, exchange) -> send(exchange, 202, "{\"state\":\"WAITING\"}");
    }

    static Script released() {
        return (call, exchange) -> exchange.sendResponseHeaders(204, -1);
    }

    static Script problem(ProblemKind kind) {
        return (call, exchange) -> {
            if (kind.status() == 503) {
                exchange.getResponseHeaders().set("Retry-After", "1");
            }
            send(exchange, kind.status(), "{\"type\":\"%s\"}".formatted(kind.type()));
        };
    }

    /** Another answer to who has another token than this. */
    static Script withToken(String token, Script then, Script otherwise) {
        return (call, exchange) ->
                (("Bearer " + token).equals(call.authorization()) ? then : otherwise).answer(call, exchange);
    }

    /** The answer to a token that is not believed. */
    static Script unauthenticated() {
        return body(401, "{\"type\":\"/problems/unauthenticated\",\"detail\":\"The token has expired.\"}");
    }

    static Script body(int status, String body) {
        return (call, exchange) -> send(exchange, status, body);
    }

    /** Closes the connection without an answer. */
    static Script breakOff() {
        return (call, exchange) -> {};
    }

    /** Never answers, as a process that is stopped. */
    Script hang() {
        return (call, exchange) -> closed.await(30, SECONDS);
    }

    /** Begins an answer and never ends it. */
    Script hangInTheBody() {
        return (call, exchange) -> {
            exchange.sendResponseHeaders(201, 1000);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            closed.await(30, SECONDS);
        };
    }

    Script after(Duration delay, Script script) {
        return (call, exchange) -> {
            closed.await(delay.toMillis(), TimeUnit.MILLISECONDS);
            script.answer(call, exchange);
        };
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
