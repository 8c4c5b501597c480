package dev.holdfast.defaults.problem;

import dev.holdfast.lock.api.ProblemKind;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one place where a servlet service's problems become answers.
 *
 * <p>No answer holds an exception's message: what nobody expected is logged under an id, and the answer gives the id.
 */
public final class ServletProblemHandler implements HandlerExceptionResolver, Ordered {

    private static final Logger log = LoggerFactory.getLogger(ServletProblemHandler.class);

    private final JsonMapper json;
    private final List<ProblemTranslator> translators;

    public ServletProblemHandler(JsonMapper json, List<ProblemTranslator> translators) {
        this.json = json;
        this.translators = List.copyOf(translators);
    }

    /** Before Spring's own, which would turn to the container's error page. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    /** Answers with the problem that the error stands for. */
    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception error) {
        if (response.isCommitted()) {
            return null;
        }
        if (error instanceof ErrorResponse standard) {
            // Allow of a 405, Accept of a 415
            standard.getHeaders().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
        }
        try {
            write(request, response, problemOf(request, error));
        } catch (IOException e) {
            // The client is gone: nobody reads this answer.
            log.debug("Could not answer {} {}", request.getMethod(), request.getRequestURI(), e);
        }
        return new ModelAndView();
    }

    /** Answers with the problem. Headers that the response has already stay. */
    public void write(HttpServletRequest request, HttpServletResponse response, Problem problem) throws IOException {
        byte[] body = json.writeValueAsBytes(ProblemAnswer.members(problem, request.getRequestURI()));
        response.resetBuffer();
        response.setStatus(problem.kind().status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setContentLength(body.length);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        ProblemAnswer.retryAfter(problem).ifPresent(seconds -> response.setHeader(HttpHeaders.RETRY_AFTER, seconds));
        response.getOutputStream().write(body);
    }

    private Problem problemOf(HttpServletRequest request, Exception error) {
        if (error instanceof ProblemException known) {
            return known.problem();
        }
        return translators.stream()
                .map(each -> each.translate(error))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> standard(request, error));
    }

    private static Problem standard(HttpServletRequest request, Exception error) {
        ProblemKind kind = kindOf(error);
        return kind == null
                ? ProblemAnswer.unexpected(log, request.getMethod(), request.getRequestURI(), error)
                : Problem.of(kind);
    }

    private static @Nullable ProblemKind kindOf(Exception error) {
        if (error instanceof ErrorResponse standard) {
            return ProblemAnswer.kindOf(standard.getStatusCode().value());
        }
        if (error instanceof InvalidMediaTypeException
                || error instanceof InvalidMimeTypeException
                || error instanceof HttpMessageNotReadableException
                || error instanceof TypeMismatchException
                // Tomcat's, of a query or a form that is not well encoded.
                || error instanceof InvalidParameterException) {
            return ProblemKind.MALFORMED_REQUEST;
        }
        return error instanceof IOException || error instanceof TimeoutException
                ? ProblemKind.SERVICE_UNAVAILABLE
                : null;
    }
}
