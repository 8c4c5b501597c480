package dev.holdfast.lock.web;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** Whether whoever sent a request is still there. */
final class Callers {

    private Callers() {}

    /**
     * The value, once its connection was looked at again; nothing if the caller has hung up.
     *
     * <p>A service that was frozen finds both when it goes on: a request, and that its caller left it for another
     * instance. If it carried that out, a lease could come of it that nobody knows of.
     */
    static <T> Mono<T> ifStillThere(ServerHttpRequest request, T value) {
        HttpServerRequest received = ServerHttpRequestDecorator.getNativeRequest(request);
        return Mono.create(sink -> received.withConnection(connection -> {
            Channel channel = connection.channel();
            EventLoop thread = channel.eventLoop();
            Runnable look = () -> sink.success(channel.isActive() ? value : null);
            // What a task schedules comes after the next look at all connections; the task itself may come before.
            thread.execute(() -> {
                var unused = thread.schedule(look, 0, TimeUnit.NANOSECONDS);
            });
        }));
    }
}
