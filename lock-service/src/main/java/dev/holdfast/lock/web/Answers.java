package dev.holdfast.lock.web;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ReactiveProblemHandler;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.core.InvalidValueException;
import dev.holdfast.lock.core.Outcome;
import dev.holdfast.security.Caller;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Outcomes as HTTP answers. */
@Component
final class Answers {
    private static final String FENCING_TOKEN = "Fencing-Token";

    private final JsonMapper json;
    private final ReactiveProblemHandler problems;

    Answers(JsonMapper json, ReactiveProblemHandler problems) {
        this.json = json;
        this.problems = problems;
    }

    /** What became of a PUT. */
    Mono<Void> ensured(ServerWebExchange exchange, Outcome outcome, Duration elapsed) {
        return switch (outcome) {
            case Outcome.Held held ->
                held(exchange, held, elapsed, held.justGranted() ? HttpStatus.CREATED : HttpStatus.OK, false);
            case Outcome.Waiting waiting -> {
                exchange.getResponse().getHeaders().set(HttpHeaders.RETRY_AFTER, "0");
                yield json(exchange, HttpStatus.ACCEPTED, Views.waiting(waiting, elapsed, false));
            }
            case Outcome.Busy busy -> problem(exchange, busy(exchange, busy));
            case Outcome.Deadlock deadlock -> problem(exchange, deadlock(exchange, deadlock));
            case Outcome.Mismatch mismatch -> problem(exchange, mismatch(mismatch));
            case Outcome.Full full -> problem(exchange, full(full));
            case Outcome.Ended ended -> problem(exchange, ended(ended));
            case Outcome.Refused refused -> problem(exchange, refused(exchange, refused));
        };
    }

    /** What a GET found. */
    Mono<Void> found(ServerWebExchange exchange, Outcome outcome, Duration elapsed) {
        return switch (outcome) {
            case Outcome.Held held -> held(exchange, held, elapsed, HttpStatus.OK, true);
            case Outcome.Waiting waiting -> json(exchange, HttpStatus.OK, Views.waiting(waiting, elapsed, true));
            case Outcome.Busy busy -> problem(exchange, busy(exchange, busy));
            case Outcome.Deadlock deadlock -> problem(exchange, deadlock(exchange, deadlock));
            case Outcome.Mismatch mismatch -> problem(exchange, mismatch(mismatch));
            case Outcome.Full full -> problem(exchange, full(full));
            case Outcome.Ended ended -> problem(exchange, ended(ended));
            case Outcome.Refused refused ->
                problem(exchange, Problem.of(ProblemKind.NOT_FOUND, "No lease is known under this id."));
        };
    }

    /** What became of a DELETE: an id that was released already, or never known, is gone as wanted. */
    Mono<Void> released(ServerWebExchange exchange, Outcome outcome) {
        if (outcome instanceof Outcome.Ended ended && ended.how() == Outcome.Ending.RELEASED) {
            return empty(exchange, HttpStatus.NO_CONTENT);
        }
        return ensured(exchange, outcome, Duration.ZERO);
    }

    private Mono<Void> held(
            ServerWebExchange exchange, Outcome.Held held, Duration elapsed, HttpStatus status, boolean withMetadata) {
        HttpHeaders headers = exchange.getResponse().getHeaders();
        headers.setETag('"' + held.token().toString() + '"');
        if (held.lease().isFencing()) {
            headers.set(FENCING_TOKEN, held.token().toString());
        }
        return json(exchange, status, Views.held(held, elapsed, withMetadata));
    }

    Mono<Void> json(ServerWebExchange exchange, HttpStatus status, Object body) {
        byte[] bytes = json.writeValueAsBytes(body);
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(status);
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(MediaType.APPLICATION_JSON);
        headers.setContentLength(bytes.length);
        headers.setCacheControl("no-store");
        return response.writeWith(Mono.just(response.bufferFactory().wrap(bytes)));
    }

    Mono<Void> empty(ServerWebExchange exchange, HttpStatus status) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(status);
        response.getHeaders().setCacheControl("no-store");
        return response.setComplete();
    }

    Mono<Void> problem(ServerWebExchange exchange, Problem problem) {
        return problems.write(exchange, problem);
    }

    /** Who holds it is for those who may read. */
    private static Problem busy(ServerWebExchange exchange, Outcome.Busy busy) {
        Problem held = Problem.of(ProblemKind.LOCK_HELD);
        return mayRead(exchange) ? held.with("holders", Views.holders(busy.holders())) : held;
    }

    private static boolean mayRead(ServerWebExchange exchange) {
        return exchange.getAttribute(Caller.ATTRIBUTE) instanceof Caller caller && caller.may(Scopes.READ);
    }

    /** Who waits for whom is for those who may read, too. */
    private static Problem deadlock(ServerWebExchange exchange, Outcome.Deadlock deadlock) {
        Problem problem = Problem.of(ProblemKind.DEADLOCK);
        return mayRead(exchange) ? problem.with("cycle", Views.cycle(deadlock.cycle())) : problem;
    }

    private static Problem mismatch(Outcome.Mismatch mismatch) {
        return Problem.of(mismatch.ofCapacity() ? ProblemKind.CAPACITY_MISMATCH : ProblemKind.MODE_MISMATCH)
                .with("lock", mismatch.lock().value());
    }

    private static Problem full(Outcome.Full full) {
        int most = full.most();
        return switch (full.limit()) {
            case WAITERS -> Problem.of(ProblemKind.QUEUE_FULL, most + " wait for the lock, as many as may.");
            case QUEUED -> quota(most + " leases of the namespace wait, as many as may.");
            case LEASES -> quota("The namespace has " + most + " leases, as many as it may.");
            case ENDED -> quota(most + " leases of the namespace have just ended, as many as it remembers.");
        };
    }

    private static Problem quota(String detail) {
        return Problem.of(ProblemKind.QUOTA_EXCEEDED, detail);
    }

    private static Problem ended(Outcome.Ended ended) {
        Problem problem = Problem.of(
                switch (ended.how()) {
                    case EXPIRED -> ProblemKind.LEASE_EXPIRED;
                    case REVOKED -> ProblemKind.LEASE_REVOKED;
                    case RELEASED -> ProblemKind.LEASE_RELEASED;
                });
        Boolean reacquired = ended.reacquiredByOthers();
        return reacquired == null ? problem : problem.with("reacquiredByOthers", reacquired);
    }

    private static Problem refused(ServerWebExchange exchange, Outcome.Refused refused) {
        return Problem.of(
                switch (refused.reason()) {
                    // Who may not read is not told that there is one.
                    case OF_ANOTHER -> mayRead(exchange) ? ProblemKind.LEASE_OF_ANOTHER : ProblemKind.NOT_FOUND;
                    case ID_REUSED -> ProblemKind.LEASE_ID_REUSED;
                    case ID_STALE -> ProblemKind.LEASE_ID_STALE;
                    case STALE_TOKEN -> ProblemKind.STALE_TOKEN;
                    case UNKNOWN -> ProblemKind.LEASE_UNKNOWN;
                });
    }

    static Problem invalid(InvalidValueException invalid) {
        ProblemKind kind =
                switch (invalid.kind()) {
                    case NAMESPACE -> ProblemKind.INVALID_NAMESPACE;
                    case LEASE_ID -> ProblemKind.INVALID_LEASE_ID;
                    case LOCK_NAME -> ProblemKind.INVALID_LOCK_NAME;
                    case LOCKS -> ProblemKind.INVALID_LOCKS;
                    case MODE -> ProblemKind.INVALID_MODE;
                    case PERMITS -> ProblemKind.INVALID_PERMITS;
                    case TTL -> ProblemKind.INVALID_TTL;
                    case OWNER -> ProblemKind.INVALID_OWNER;
                    case METADATA -> ProblemKind.INVALID_METADATA;
                    case PAGE -> ProblemKind.INVALID_PAGE;
                    case GRACE -> ProblemKind.INVALID_GRACE;
                    case REASON -> ProblemKind.INVALID_REASON;
                };
        return Problem.of(kind, String.valueOf(invalid.getMessage()));
    }
}
