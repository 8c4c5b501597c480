package dev.holdfast.gateway;

import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;

/** A real HTTP server that stands where lock-service would, and says who answered. */
final class Backend implements AutoCloseable {

    static final String PROBLEM = "{\"type\":\"/problems/lock-held\",\"holders\":[ ]}";
    static final Duration WAIT = Duration.ofSeconds(5);
    static final Duration LONGER_THAN_THE_RESPONSE_TIMEOUT = Duration.ofSeconds(8);

    private final String name;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final DisposableServer server;

    Backend(String name) {
        this.name = name;
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .channelGroup(connections)
                .route(this::routes)
                .bindNow();
    }

    int port() {
        return server.port();
    }

    private void routes(HttpServerRoutes routes) {
        routes.get("/v1/who", (request, response) -> response.sendString(Mono.just(name)))
                .get(
                        "/v1/headers",
                        (request, response) -> response.sendString(
                                Mono.just(request.requestHeaders().names().toString())))
                .put("/v1/held", (request, response) -> response.status(409)
                        .header("Content-Type", "application/problem+json")
                        .header("Retry-After", "7")
                        .sendString(Mono.just(PROBLEM)))
                .get("/v1/wait", (request, response) -> response.sendString(after(WAIT)))
                .get("/v1/stuck", (request, response) -> response.sendString(after(LONGER_THAN_THE_RESPONSE_TIMEOUT)))
                .get("/v1/reset", (request, response) -> {
                    request.withConnection(Connection::dispose);
                    return Mono.never();
                })
                .get("/v1/namespaces/orders/events", (request, response) -> response.sse()
                        .sendString(Flux.concat(Mono.just("first\n"), after(LONGER_THAN_THE_RESPONSE_TIMEOUT))));
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
