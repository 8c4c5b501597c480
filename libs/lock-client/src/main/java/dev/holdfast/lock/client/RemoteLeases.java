package dev.holdfast.lock.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.holdfast.lock.client.Answer.Kind;
import feign.Client;
import feign.Feign;
import feign.Request;
import feign.Response;
import feign.Retryer;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The leases that the lock service keeps, seen through a circuit breaker.
 *
 * <p>Every call counts in the breaker: what is not confirmed is a failure, a 4xx is not. An open one refuses only what
 * asks for a lock. Renewals and releases go out all the same: a renewal that is not sent loses a lease that the store
 * might have confirmed, and a release that is not sent keeps everyone else waiting. They are few, one at a time for each
 * lease, and tell the breaker when the service is back.
 */
final class RemoteLeases {
    /** The lock service's name in the registry, and the breaker's. */
    static final String SERVICE = "lock-service";

    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** The limit of a call that does not wait. */
    static final Duration CALL_TIMEOUT = Duration.ofSeconds(1);

    /** How long an answer may take after its wait is over: more than the service gives its store. */
    private static final Duration AFTER_WAIT = Duration.ofMillis(800);

    private final LeaseApi api;
    private final Credentials credentials;
    private final CircuitBreaker breaker;
    private final String namespace;
    private final AnswerReader reader;

    /** @param client finds an instance for a request to the service's name, and another one when that fails */
    RemoteLeases(Client client, Credentials credentials, CircuitBreaker breaker, String namespace) {
        // Its own: a program's settings for JSON are not for the wire.
        JsonMapper json = JsonMapper.builder()
                .changeDefaultPropertyInclusion(all -> all.withValueInclusion(JsonInclude.Include.NON_NULL))
                .build();
        this.api = Feign.builder()
                .client(client)
                .encoder((body, type, template) -> template.body(json.writeValueAsString(body)))
                .retryer(Retryer.NEVER_RETRY)
                .target(LeaseApi.class, "http://" + SERVICE);
        this.credentials = credentials;
        this.breaker = breaker;
        this.namespace = namespace;
        this.reader = new AnswerReader(json);
    }

    /** Acquires the lease if its lock is free. */
    Answer acquire(UUID id, LeaseRequest lease) {
        if (!breaker.tryAcquirePermission()) {
            return Answer.of(Kind.NOT_ASKED);
        }
        return call(id, true, Duration.ZERO, sent -> api.acquire(namespace, id, lease, sent, within(CALL_TIMEOUT)));
    }

    /**
     * Acquires the lease, or queues for its lock.
     *
     * @param wait in whole seconds
     */
    Answer await(UUID id, LeaseRequest lease, Duration wait) {
        if (!breaker.tryAcquirePermission()) {
            return Answer.of(Kind.NOT_ASKED);
        }
        // The few calls that try whether the service is back must not take as long as a lock is held.
        Duration asked = breaker.getState() == CircuitBreaker.State.HALF_OPEN ? Duration.ZERO : wait;
        Duration limit = asked.isZero() ? CALL_TIMEOUT : asked.plus(AFTER_WAIT);
        return call(id, true, asked, sent -> api.await(namespace, id, asked.toSeconds(), lease, sent, within(limit)));
    }

    /** @param limit for each instance that is asked, at most {@link #CALL_TIMEOUT} */
    Answer renew(UUID id, LeaseRequest lease, long token, Duration limit) {
        return call(id, false, Duration.ZERO, sent -> api.renew(namespace, id, token, lease, sent, within(limit)));
    }

    Answer release(UUID id, long token) {
        return call(id, false, Duration.ZERO, sent -> api.release(namespace, id, token, sent, within(CALL_TIMEOUT)));
    }

    /** Ends the lease, whatever became of it. */
    Answer abandon(UUID id) {
        return call(id, false, Duration.ZERO, sent -> api.abandon(namespace, id, sent, within(CALL_TIMEOUT)));
    }

    /** Makes a call, and once more when its token was refused and there is another one by then. */
    private Answer call(UUID id, boolean permitted, Duration wait, Function<Map<String, Object>, Response> exchange) {
        Credentials.Sent sent;
        try {
            sent = credentials.now();
        } catch (RuntimeException e) {
            // There is no token, for which the lock service cannot be blamed.
            if (permitted) {
                breaker.releasePermission();
            }
            return Answer.unconfirmed(e);
        }
        Answer answer = call(id, permitted, wait, () -> exchange.apply(sent.headers()));
        return answer.kind() == Kind.UNAUTHENTICATED
                ? credentials
                        .inPlaceOf(sent)
                        .map(fresh -> call(id, false, wait, () -> exchange.apply(fresh.headers())))
                        .orElse(answer)
                : answer;
    }

    private Answer call(UUID id, boolean permitted, Duration wait, Supplier<Response> exchange) {
        long start = System.nanoTime();
        Answer answer;
        try (Response response = exchange.get()) {
            answer = reader.read(id, response);
        } catch (CancellationException e) {
            // The caller's doing: it says nothing about the service.
            if (permitted) {
                breaker.releasePermission();
            }
            return Answer.unconfirmed(e);
        } catch (IOException | RuntimeException e) {
            answer = Answer.unconfirmed(e);
        }
        // A wait that was asked for is not slowness.
        record(answer.cause(), Math.max(0, System.nanoTime() - start - wait.toNanos()));
        return answer;
    }

    private void record(@Nullable Throwable failure, long nanos) {
        if (failure == null) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
        } else {
            breaker.onError(nanos, TimeUnit.NANOSECONDS, failure);
        }
    }

    private static Request.Options within(Duration limit) {
        return new Request.Options(
                CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS, limit.toMillis(), TimeUnit.MILLISECONDS, false);
    }
}
