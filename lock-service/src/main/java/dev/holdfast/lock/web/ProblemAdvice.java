package dev.holdfast.lock.web;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.core.InvalidValueException;
import dev.holdfast.lock.core.StoreUnavailableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** The core's exceptions as problems. */
@RestControllerAdvice
final class ProblemAdvice {
    private final Answers answers;

    ProblemAdvice(Answers answers) {
        this.answers = answers;
    }

    @ExceptionHandler
    Mono<Void> invalid(InvalidValueException invalid, ServerWebExchange exchange) {
        return answers.problem(exchange, Answers.invalid(invalid));
    }

    @ExceptionHandler
    Mono<Void> unavailable(StoreUnavailableException unavailable, ServerWebExchange exchange) {
        ProblemKind kind = ProblemKind.STORE_UNAVAILABLE;
        return answers.problem(exchange, Problem.of(kind, unavailable.reason().orElse(kind.meaning())));
    }
}
