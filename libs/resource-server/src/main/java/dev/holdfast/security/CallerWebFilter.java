package dev.holdfast.security;

import dev.holdfast.defaults.problem.ReactiveProblemHandler;
import dev.holdfast.security.Gate.Passage;
import dev.holdfast.security.Gate.Visit;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The gate of a WebFlux service. A request whose token is known passes without a change of thread. */
final class CallerWebFilter implements WebFilter, Ordered, AutoCloseable {
    /** More than it has processors, for those that wait for the issuer. */
    private static final int THREADS = 8;
    /** At each thread. */
    private static final int QUEUED = 1000;

    private static final int IDLE_SECONDS = 60;

    /** Of its own: tokens that keep it busy, forged ones while the issuer is slow say, keep nothing else waiting. */
    private final Scheduler verifiers =
            Schedulers.newBoundedElastic(THREADS, QUEUED, "token-verifier", IDLE_SECONDS, true);

    private final Gate gate;
    private final ReactiveProblemHandler problems;

    CallerWebFilter(Gate gate, ReactiveProblemHandler problems) {
        this.gate = gate;
        this.problems = problems;
    }

    /** After what every answer goes through, refusals too. */
    @Override
    public int getOrder() {
        return -100;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        Visit visit = visit(exchange.getRequest());
        try {
            return switch (gate.ask(visit)) {
                case Passage.Open open -> chain.filter(exchange);
                case Passage.Known known -> goOn(known.caller(), exchange, chain);
                case Passage.Unverified unverified ->
                    Mono.fromCallable(() -> gate.verify(unverified, visit))
                            .subscribeOn(verifiers)
                            .onErrorMap(RejectedExecutionException.class, full -> Refusal.issuerUnavailable())
                            .flatMap(caller -> goOn(caller, exchange, chain))
                            .onErrorResume(Refusal.class, refusal -> refuse(refusal, exchange));
            };
        } catch (Refusal refusal) {
            return refuse(refusal, exchange);
        }
    }

    @Override
    public void close() {
        verifiers.dispose();
    }

    private static Visit visit(ServerHttpRequest request) {
        HttpHeaders headers = request.getHeaders();
        return new Visit(
                request.getMethod(),
                request.getPath().pathWithinApplication(),
                headers.getOrEmpty(HttpHeaders.AUTHORIZATION),
                headers.getOrEmpty(Gate.USER));
    }

    private static Mono<Void> goOn(Caller caller, ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getAttributes().put(Caller.ATTRIBUTE, caller);
        return chain.filter(exchange);
    }

    private Mono<Void> refuse(Refusal refusal, ServerWebExchange exchange) {
        refusal.challenge()
                .ifPresent(
                        challenge -> exchange.getResponse().getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, challenge));
        return problems.write(exchange, refusal.problem());
    }
}
