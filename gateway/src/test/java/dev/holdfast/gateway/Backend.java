package dev.holdfast.gateway;

import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A real HTTP server that stands where a service would, and says who answered. */
final class Backend implements AutoCloseable {

    static final String PROBLEM = "{\"type\":\"/problems/lock-held\",\"holders\":[ ]}";
    static final Duration LONGER_THAN_THE_LIMIT = Duration.ofMillis(2500);
    private static final Duration SOON = Duration.ofMillis(300);
    private static final Mono<String> BROKEN = Mono.error(new IllegalStateException("breaks off"));

    private final String name;
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final DisposableServer server;

    Backend(String name) {
        this.name = name;
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .channelGroup(connections)
                .handle(this::answer)
                .bindNow();
    }

    int port() {
        return server.port();
    }

    /** The requests that came, such as {@code GET /v1/who}. */
    List<String> seen() {
        return seen;
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        seen.add(request.method() + " " + request.uri());
        return switch (request.uri()) {
            case "/v1/headers" ->
                response.sendString(Mono.just(request.requestHeaders().names().toString()));
            case "/v1/prefer" ->
                response.sendString(Mono.just(
                        request.requestHeaders().getAllAsString("Prefer").toString()));
            case "/v1/echo" ->
                response.sendString(request.receive().aggregate().asString().defaultIfEmpty(""));
            case "/v1/held" -> problem(response, 409);
            case "/v1/failing" -> problem(response, 503);
            case "/v1/slow", "/orders/slow" -> response.sendString(after(LONGER_THAN_THE_LIMIT));
            case "/v1/reset" -> {
                request.withConnection(Connection::dispose);
                yield Mono.never();
            }
            case "/v1/namespaces/orders/events" ->
                response.sse().sendString(Flux.concat(Mono.just("first\n"), after(LONGER_THAN_THE_LIMIT)));
            case "/v1/namespaces/still/events" ->
                response.sse().sendString(Flux.concat(Mono.just("first\n"), Mono.never()));
            case "/v1/namespaces/broken/events" ->
                response.sse()
                        .sendString(Flux.concat(
                                Mono.just("first\n"), Mono.delay(SOON).then(BROKEN)));
            default ->
                request.method().equals(HttpMethod.HEAD) ? response.send() : response.sendString(Mono.just(name));
        };
    }

    private static Publisher<Void> problem(HttpServerResponse response, int status) {
        return response.status(status)
                .header("Content-Type", "application/problem+json")
                .header("Retry-After", "7")
                .sendString(Mono.just(PROBLEM));
    }

    private Mono<String> after(Duration delay) {
        return Mono.delay(delay).thenReturn(name);
    }

    /** Dies: takes no connection any more and breaks off those it has. */
    @Override
    public void close() {
        server.disposeNow();
        connections.close().awaitUninterruptibly();
    }
}
