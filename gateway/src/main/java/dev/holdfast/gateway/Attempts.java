package dev.holdfast.gateway;

import dev.holdfast.defaults.prefer.WaitPreference;
import dev.holdfast.gateway.FailoverGatewayFilterFactory.Config;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.StringUtils;
import org.springframework.web.server.ServerWebExchange;

/** The tries of one request: how long each may take, and whether there may be another. */
final class Attempts {

    private static final int MOST = 3;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    /** What an instance has beyond the wait that the client asked for. */
    private static final Duration BEYOND_THE_WAIT = Duration.ofSeconds(2);

    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.DELETE);

    private final long begun = System.nanoTime();
    private final boolean idempotent;
    private final ServerHttpResponse response;
    private final @Nullable Duration wait;
    private final @Nullable Duration answerWithin;
    private int made;

    private Attempts(ServerHttpRequest request, ServerHttpResponse response, Config route) {
        this.response = response;
        Duration answerWithin = route.getAnswerWithin();
        this.idempotent = isIdempotent(request, route.isKeys());
        this.wait = WaitPreference.of(request.getHeaders(), LONGEST_WAIT)
                .filter(wait -> route.isWaits() && !wait.isZero())
                .orElse(null);
        this.answerWithin = wait == null || answerWithin == null ? answerWithin : BEYOND_THE_WAIT;
    }

    /** Those of the exchange, which begin with the first try. */
    static Attempts of(ServerWebExchange exchange, Config route) {
        return (Attempts) exchange.getAttributes()
                .computeIfAbsent(
                        Attempts.class.getName(),
                        key -> new Attempts(exchange.getRequest(), exchange.getResponse(), route));
    }

    private static boolean isIdempotent(ServerHttpRequest request, boolean keys) {
        return IDEMPOTENT.contains(request.getMethod())
                || (keys
                        && HttpMethod.POST.equals(request.getMethod())
                        && StringUtils.hasText(request.getHeaders().getFirst("Idempotency-Key")));
    }

    /** Begins the next try. Of the wait it asks for what is left, so that the client has its answer when it expects it. */
    ServerWebExchange next(ServerWebExchange exchange) {
        made++;
        if (made == 1 || wait == null) {
            return exchange;
        }
        Duration left = Duration.ofSeconds(waitLeft(wait).plusNanos(999_999_999).toSeconds());
        return exchange.mutate()
                .request(request -> request.headers(headers -> WaitPreference.set(headers, left)))
                .build();
    }

    /** How long this try may take until the instance begins to answer; null for as long as it likes. */
    @Nullable
    Duration patience() {
        return wait == null || answerWithin == null
                ? answerWithin
                : waitLeft(wait).plus(answerWithin);
    }

    /**
     * Whether a failed try may be followed by another. Not once the client has the beginning of an answer: of a stream it
     * would miss what happened in between, and not know. Not when two have used up their patience: a client shall not
     * wait for a third, and a try is not cut short either, or an instance would be blamed for what others took.
     */
    boolean mayGoOn() {
        return idempotent
                && made < MOST
                && !response.isCommitted()
                && (answerWithin == null || elapsed().compareTo(lastBegin(answerWithin)) < 0);
    }

    private Duration lastBegin(Duration answerWithin) {
        return (wait == null ? Duration.ZERO : wait)
                .plus(answerWithin.multipliedBy(3).dividedBy(2));
    }

    private Duration waitLeft(Duration wait) {
        Duration left = wait.minus(elapsed());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
