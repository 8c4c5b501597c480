package dev.holdfast.gateway;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.security.Caller;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.ratelimit.RateLimiter;
import org.springframework.cloud.gateway.filter.ratelimit.RedisRateLimiter;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Refuses a caller that sends more than its rate, at all gateways together: its bucket is in Redis, one call a request.
 *
 * <p>A limit is no reason to be down: while Redis does not answer, nobody is limited. A request waits for it once, and
 * not for long; then Redis is left alone by requests until it has answered a question asked beside them.
 */
@Component
class CallerLimit implements GlobalFilter, Ordered, DisposableBean {

    /** What the buckets are filed under. */
    static final String LIMIT = "callers";

    private static final Logger log = LoggerFactory.getLogger(CallerLimit.class);
    private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
    /** How the limiter says that it could not ask. */
    private static final String UNKNOWN = "-1";

    private final RedisRateLimiter limiter;
    private final ReactiveStringRedisTemplate redis;
    private final Duration patience;
    private final AtomicBoolean answers = new AtomicBoolean();
    private final Disposable.Swap question = Disposables.swap();

    CallerLimit(RedisRateLimiter limiter, ReactiveStringRedisTemplate redis, GatewayProperties properties) {
        this.limiter = limiter;
        this.redis = redis;
        this.patience = properties.rateLimit().patience();
        limiter.getConfig()
                .put(
                        LIMIT,
                        new RedisRateLimiter.Config()
                                .setReplenishRate(properties.rateLimit().replenishRate())
                                .setBurstCapacity(properties.rateLimit().burstCapacity()));
    }

    /** Before the body is read: whoever is over the limit is answered at once. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Caller caller = exchange.getAttribute(Caller.ATTRIBUTE);
        if (caller == null || !answers.get()) {
            return chain.filter(exchange);
        }
        return limiter.isAllowed(LIMIT, caller.name())
                .timeout(patience)
                .doOnNext(this::notice)
                .map(RateLimiter.Response::isAllowed)
                .onErrorResume(TimeoutException.class, late -> {
                    leaveAlone();
                    return Mono.just(true);
                })
                .flatMap(allowed -> allowed
                        ? chain.filter(exchange)
                        : Mono.error(new ProblemException(Problem.of(ProblemKind.RATE_LIMITED))));
    }

    private void notice(RateLimiter.Response response) {
        if (UNKNOWN.equals(response.getHeaders().get(RedisRateLimiter.REMAINING_HEADER))) {
            leaveAlone();
        }
    }

    private void leaveAlone() {
        if (answers.getAndSet(false)) {
            log.warn("Redis does not answer; no caller is limited until it does");
            ask(ASK_AGAIN);
        }
    }

    @EventListener(ApplicationReadyEvent.class)
    void ask() {
        ask(Duration.ZERO);
    }

    private void ask(Duration delay) {
        question.update(
                Mono.defer(() -> redis.execute(ReactiveRedisConnection::ping).next())
                        // To connect may block.
                        .subscribeOn(Schedulers.boundedElastic())
                        .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, ASK_AGAIN))
                        .delaySubscription(delay)
                        .subscribe(pong -> {
                            answers.set(true);
                            log.info("Callers are limited");
                        }));
    }

    @Override
    public void destroy() {
        question.dispose();
    }
}
