package dev.holdfast.lock.web;

import dev.holdfast.defaults.prefer.WaitPreference;
import dev.holdfast.lock.core.FencingToken;
import dev.holdfast.lock.core.Lease;
import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.LeaseRequest;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.Leases;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.lock.core.Outcome;
import dev.holdfast.lock.core.Outcome.Reason;
import dev.holdfast.security.Caller;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Leases over HTTP: {@code /v1/namespaces/{namespace}/leases/{id}}. */
@RestController
@RequestMapping(path = "/v1/namespaces/{namespace}/leases/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
final class LeaseController {
    private final Leases leases;
    private final Answers answers;

    LeaseController(Leases leases, Answers answers) {
        this.leases = leases;
        this.answers = answers;
    }

    /** Acquires, goes on waiting, or renews: whatever the state of the lease asks for. */
    @PutMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<Void> ensure(
            @PathVariable String namespace,
            @PathVariable String id,
            @RequestBody Mono<byte[]> body,
            Caller caller,
            ServerWebExchange exchange) {
        long received = System.nanoTime();
        Namespace in = new Namespace(namespace);
        LeaseId lease = LeaseId.parse(id);
        RequestHeaders.refuseContentEncoding(exchange.getRequest().getHeaders());
        return body.map(bytes -> LeaseBody.read(bytes, in, lease, Scopes.asker(caller)))
                .flatMap(request -> Callers.ifStillThere(exchange.getRequest(), request))
                .flatMap(request -> ensure(request, exchange))
                .flatMap(outcome -> {
                    Audit.told(in, lease, caller, outcome);
                    if (leases.draining()) {
                        exchange.getResponse().getHeaders().set(HttpHeaders.CONNECTION, "close");
                    }
                    return answers.ensured(exchange, outcome, since(received));
                });
    }

    private Mono<Outcome> ensure(LeaseRequest request, ServerWebExchange exchange) {
        HttpHeaders headers = exchange.getRequest().getHeaders();
        Optional<FencingToken> ifMatch = RequestHeaders.ifMatch(headers);
        if (ifMatch.isPresent()) {
            return Mono.fromCompletionStage(leases.renew(request, ifMatch.get()));
        }
        Optional<Duration> wait = WaitPreference.of(headers, LeaseRules.MAX_WAIT);
        if (wait.isEmpty()) {
            return Mono.fromCompletionStage(leases.ensure(request));
        }
        exchange.getResponse()
                .getHeaders()
                .set("Preference-Applied", "wait=" + wait.get().toSeconds());
        return Mono.fromFuture(() -> leases.ensure(request, wait.get()));
    }

    /** The state of a lease; with {@code If-Match}, whether it is still held under this token. HEAD as well. */
    @RequestMapping(method = {RequestMethod.GET, RequestMethod.HEAD})
    Mono<Void> find(
            @PathVariable String namespace, @PathVariable String id, Caller caller, ServerWebExchange exchange) {
        long received = System.nanoTime();
        Namespace in = new Namespace(namespace);
        LeaseId lease = LeaseId.parse(id);
        Optional<FencingToken> ifMatch =
                RequestHeaders.ifMatch(exchange.getRequest().getHeaders());
        return Mono.fromCompletionStage(leases.find(in, lease)).flatMap(found -> {
            Duration elapsed = since(received);
            Outcome outcome = mayKnow(caller, found) ? found : new Outcome.Refused(Reason.UNKNOWN);
            return ifMatch.map(token -> precondition(outcome, token))
                    .map(failed -> answers.ensured(exchange, failed, elapsed))
                    .orElseGet(() -> answers.found(exchange, outcome, elapsed));
        });
    }

    @DeleteMapping
    Mono<Void> release(
            @PathVariable String namespace, @PathVariable String id, Caller caller, ServerWebExchange exchange) {
        Namespace in = new Namespace(namespace);
        LeaseId lease = LeaseId.parse(id);
        Optional<FencingToken> ifMatch =
                RequestHeaders.ifMatch(exchange.getRequest().getHeaders());
        return Mono.fromCompletionStage(leases.release(in, lease, ifMatch, Scopes.asker(caller)))
                .doOnNext(outcome -> Audit.told(in, lease, caller, outcome))
                .flatMap(outcome -> answers.released(exchange, outcome));
    }

    /** Of a lease that is over only that is told, and not whose it was. */
    private static boolean mayKnow(Caller caller, Outcome found) {
        return switch (found) {
            case Outcome.Held held -> mayKnow(caller, held.lease());
            case Outcome.Waiting waiting -> mayKnow(caller, waiting.lease());
            default -> true;
        };
    }

    private static boolean mayKnow(Caller caller, Lease lease) {
        return caller.may(Scopes.READ) || lease.isOf(caller.name());
    }

    /** The lease itself when it is held under the token, else why the precondition fails. */
    private static Outcome precondition(Outcome outcome, FencingToken token) {
        if (outcome instanceof Outcome.Held held) {
            return held.token().equals(token) ? held : new Outcome.Refused(Reason.STALE_TOKEN);
        }
        return outcome instanceof Outcome.Waiting
                ? new Outcome.Refused(Reason.STALE_TOKEN)
                : new Outcome.Refused(Reason.UNKNOWN);
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
