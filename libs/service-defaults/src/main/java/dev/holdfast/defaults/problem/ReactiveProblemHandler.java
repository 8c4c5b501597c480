package dev.holdfast.defaults.problem;

import dev.holdfast.lock.api.ProblemKind;
import io.netty.channel.ChannelException;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one place where a WebFlux service's problems become answers.
 *
 * <p>No answer holds an exception's message: what nobody expected is logged under an id, and the answer gives the id.
 */
public final class ReactiveProblemHandler implements WebExceptionHandler, Ordered {

    private static final Logger log = LoggerFactory.getLogger(ReactiveProblemHandler.class);

    private final JsonMapper json;

    public ReactiveProblemHandler(JsonMapper json) {
        this.json = json;
    }

    /** Before Boot's own handler, which is at -1. */
    @Override
    public int getOrder() {
        return -2;
    }

    /** Answers with the problem that the error stands for. */
    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.error(error);
        }
        HttpHeaders headers = response.getHeaders();
        // What a half-made answer had set, for instance the gateway's copy of a reply whose body then broke off.
        headers.clearContentHeaders();
        headers.remove(HttpHeaders.TRANSFER_ENCODING);
        headers.remove(HttpHeaders.ETAG);
        if (error instanceof ErrorResponse standard) {
            headers.putAll(standard.getHeaders()); // Allow of a 405, Accept of a 415
        }
        return write(exchange, problemOf(exchange.getRequest(), error));
    }

    /** Answers with the problem. Headers that the response has already stay. */
    public Mono<Void> write(ServerWebExchange exchange, Problem problem) {
        byte[] body = json.writeValueAsBytes(
                ProblemAnswer.members(problem, exchange.getRequest().getPath().value()));
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(problem.kind().status()));
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        headers.setContentLength(body.length);
        headers.set(HttpHeaders.CACHE_CONTROL, "no-store");
        ProblemAnswer.retryAfter(problem).ifPresent(seconds -> headers.set(HttpHeaders.RETRY_AFTER, seconds));
        return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
    }

    private static Problem problemOf(ServerHttpRequest request, Throwable error) {
        if (error instanceof ProblemException known) {
            return known.problem();
        }
        ProblemKind kind = kindOf(error);
        return kind == null
                ? ProblemAnswer.unexpected(
                        log, request.getMethod().name(), request.getPath().value(), error)
                : Problem.of(kind);
    }

    private static @Nullable ProblemKind kindOf(Throwable error) {
        if (isTooLarge(error)) {
            return ProblemKind.BODY_TOO_LARGE;
        }
        if (error instanceof ErrorResponse standard) {
            return ProblemAnswer.kindOf(standard.getStatusCode().value());
        }
        if (error instanceof InvalidMediaTypeException || error instanceof InvalidMimeTypeException) {
            return ProblemKind.MALFORMED_REQUEST;
        }
        if (error instanceof ReadTimeoutException) {
            return ProblemKind.REQUEST_TIMEOUT;
        }
        // Whoever was asked refused the connection, broke it off or kept still. If it was the client that broke off,
        // nobody reads this answer.
        if (error instanceof IOException
                || error instanceof TimeoutException
                || error instanceof ChannelException
                || error instanceof AbortedException) {
            return ProblemKind.SERVICE_UNAVAILABLE;
        }
        return null;
    }

    private static boolean isTooLarge(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof DataBufferLimitException) {
                return true;
            }
        }
        return false;
    }
}
