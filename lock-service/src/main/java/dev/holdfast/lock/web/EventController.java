package dev.holdfast.lock.web;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.core.EventFollower.Notice;
import dev.holdfast.lock.core.EventId;
import dev.holdfast.lock.core.Leases;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.security.Caller;
import io.netty.channel.Channel;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import tools.jackson.databind.json.JsonMapper;

/** What happens to leases, as Server-Sent Events: {@code /v1/namespaces/{namespace}/events}. */
@RestController
final class EventController {
    /** How long a client waits before it comes back: by then a gateway knows who else is there. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofDays(1);
    /** What is taken from the queue ahead of the connection. */
    private static final int AHEAD = 16;

    private final Leases leases;
    private final JsonMapper json;

    EventController(Leases leases, JsonMapper json) {
        this.leases = leases;
        this.json = json;
    }

    /** Begins, or fails with a problem, once the store has said where it stands. */
    @GetMapping(path = "/v1/namespaces/{namespace}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<ServerSentEvent<String>> follow(
            @PathVariable String namespace,
            @RequestParam(defaultValue = "") String prefix,
            Caller caller,
            ServerWebExchange exchange) {
        Namespace in = new Namespace(namespace);
        Optional<EventId> after =
                RequestHeaders.lastEventId(exchange.getRequest().getHeaders());
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.setCacheControl("no-store");
        // When it ends, it is for the client to come back elsewhere.
        headers.set(HttpHeaders.CONNECTION, "close");
        return Flux.defer(() -> follow(in, prefix, after, caller, exchange.getRequest()));
    }

    private Flux<ServerSentEvent<String>> follow(
            Namespace in, String prefix, Optional<EventId> after, Caller caller, ServerHttpRequest request) {
        EventStream stream = new EventStream(connection(request));
        return switch (leases.follow(in, prefix, after, stream)) {
            case BEGUN ->
                stream.notices()
                        // It comes back with a new one, and misses nothing.
                        .takeUntilOther(endOf(caller).doOnNext(end -> stream.hangUpSoon()))
                        .doFinally(end -> leases.unfollow(in, stream))
                        // Not on the store's threads.
                        .publishOn(Schedulers.parallel(), AHEAD)
                        .map(this::event);
            case FULL -> Flux.error(new ProblemException(Problem.of(ProblemKind.TOO_MANY_FOLLOWERS)));
            case OFF -> Flux.error(new ProblemException(Problem.of(ProblemKind.EVENTS_OFF)));
        };
    }

    /** When the caller's token ends, or sooner than one that lives for ages. */
    private static Mono<Long> endOf(Caller caller) {
        Duration left = Duration.between(Instant.now(), caller.expiresAt());
        return Mono.delay(left.compareTo(LONGEST) < 0 ? left : LONGEST);
    }

    private static Channel connection(ServerHttpRequest request) {
        AtomicReference<Channel> channel = new AtomicReference<>();
        HttpServerRequest server = ServerHttpRequestDecorator.getNativeRequest(request);
        server.withConnection(connection -> channel.set(connection.channel()));
        return channel.get();
    }

    private ServerSentEvent<String> event(Notice notice) {
        ServerSentEvent.Builder<String> event = ServerSentEvent.builder();
        return switch (notice) {
            case Notice.UpTo here ->
                event.id(here.id().toString())
                        .retry(RETRY)
                        .comment("up to here")
                        .build();
            case Notice.Happened happened ->
                event.id(happened.event().id().toString())
                        .event(happened.event().kind().name().toLowerCase(Locale.ROOT))
                        .data(json.writeValueAsString(Views.event(happened.event())))
                        .build();
            case Notice.InUse inUse -> {
                EventId upTo = inUse.upTo();
                if (upTo != null) {
                    event.id(upTo.toString());
                }
                yield event.event(inUse.first() ? "reset" : "more")
                        .data(json.writeValueAsString(Views.page(inUse.page())))
                        .build();
            }
        };
    }
}
