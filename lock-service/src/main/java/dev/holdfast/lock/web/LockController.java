package dev.holdfast.lock.web;

import dev.holdfast.defaults.prefer.WaitPreference;
import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.lock.api.BreakView;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.core.Lease;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.Leases;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.LockState;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.security.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Locks in use, for people and operators: {@code /v1/namespaces/{namespace}/locks}. */
@RestController
@RequestMapping(path = "/v1/namespaces/{namespace}/locks", produces = MediaType.APPLICATION_JSON_VALUE)
final class LockController {
    private final Leases leases;
    private final Answers answers;

    LockController(Leases leases, Answers answers) {
        this.leases = leases;
        this.answers = answers;
    }

    @GetMapping
    Mono<Void> list(
            @PathVariable String namespace,
            @RequestParam(defaultValue = "") String prefix,
            @RequestParam(defaultValue = "") String cursor,
            ServerWebExchange exchange) {
        return Mono.fromCompletionStage(leases.locks(new Namespace(namespace), prefix, cursor))
                .flatMap(page -> answers.json(exchange, HttpStatus.OK, Views.page(page)));
    }

    @GetMapping("/{name}")
    Mono<Void> show(@PathVariable String namespace, @PathVariable String name, ServerWebExchange exchange) {
        Namespace in = new Namespace(namespace);
        LockName lock = new LockName(name);
        return Mono.fromCompletionStage(leases.lock(in, lock))
                .flatMap(found -> watch(in, lock, found, exchange))
                .flatMap(found -> show(found, exchange));
    }

    /** With {@code If-None-Match} and {@code Prefer: wait}: once the lock is no longer as the client knows it. */
    private Mono<Optional<LockState>> watch(
            Namespace in, LockName lock, Optional<LockState> found, ServerWebExchange exchange) {
        HttpHeaders headers = exchange.getRequest().getHeaders();
        Optional<Duration> wait = WaitPreference.of(headers, LeaseRules.MAX_WAIT);
        LongPredicate known = revision -> RequestHeaders.ifNoneMatch(headers, tag(revision));
        if (wait.isEmpty()
                || found.isEmpty()
                || leases.draining()
                || !known.test(found.get().revision())) {
            return Mono.just(found);
        }
        exchange.getResponse()
                .getHeaders()
                .set("Preference-Applied", "wait=" + wait.get().toSeconds());
        return Mono.fromFuture(() -> leases.watch(in, lock, known, wait.get()));
    }

    private static String tag(long revision) {
        return '"' + Long.toString(revision) + '"';
    }

    /** Revokes the leases that hold the lock, after a grace. */
    @PostMapping(path = "/{name}/break", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<Void> revoke(
            @PathVariable String namespace,
            @PathVariable String name,
            @RequestBody Mono<byte[]> body,
            Caller caller,
            ServerWebExchange exchange) {
        Namespace in = new Namespace(namespace);
        LockName lock = new LockName(name);
        RequestHeaders.refuseContentEncoding(exchange.getRequest().getHeaders());
        return body.map(BreakBody::read).flatMap(wish -> Mono.fromCompletionStage(leases.revoke(in, lock, wish.grace()))
                .flatMap(revoked -> revoked(in, lock, wish, caller, revoked, exchange)));
    }

    private Mono<Void> revoked(
            Namespace in,
            LockName lock,
            BreakBody wish,
            Caller caller,
            List<Lease> leases,
            ServerWebExchange exchange) {
        Audit.broken(in, lock, caller, wish, leases);
        if (leases.isEmpty()) {
            return answers.problem(exchange, Problem.of(ProblemKind.NOT_FOUND, "Nobody holds this lock."));
        }
        return answers.json(
                exchange,
                HttpStatus.OK,
                new BreakView(lock.value(), wish.grace().toMillis(), Views.holders(leases)));
    }

    private Mono<Void> show(Optional<LockState> found, ServerWebExchange exchange) {
        if (found.isEmpty()) {
            return answers.problem(
                    exchange, Problem.of(ProblemKind.NOT_FOUND, "Nobody holds this lock or waits for it."));
        }
        String tag = tag(found.get().revision());
        exchange.getResponse().getHeaders().setETag(tag);
        if (RequestHeaders.ifNoneMatch(exchange.getRequest().getHeaders(), tag)) {
            return answers.empty(exchange, HttpStatus.NOT_MODIFIED);
        }
        return answers.json(exchange, HttpStatus.OK, Views.lock(found.get()));
    }
}
