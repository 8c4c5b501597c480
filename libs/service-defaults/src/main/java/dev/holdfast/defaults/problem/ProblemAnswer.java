package dev.holdfast.defaults.problem;

import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.api.ProblemType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** What an answer with a problem holds, whichever kind of server sends it. */
final class ProblemAnswer {

    private ProblemAnswer() {}

    /** The members of the JSON object. */
    static Map<String, Object> members(Problem problem, String path) {
        ProblemType kind = problem.kind();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", kind.type());
        members.put("title", kind.title());
        members.put("status", kind.status());
        members.put("detail", problem.detail());
        members.put("instance", path);
        members.put("retryable", kind.retryable());
        members.putAll(problem.extensions());
        return members;
    }

    /** The value of {@code Retry-After}, in whole seconds. */
    static Optional<String> retryAfter(Problem problem) {
        return Optional.ofNullable(problem.retryAfter())
                .map(delay -> Long.toString(delay.plusNanos(999_999_999).toSeconds()));
    }

    /** The kind that a framework's own error status stands for; none for an unexpected one. */
    static @Nullable ProblemKind kindOf(int status) {
        return switch (status) {
            case 404 -> ProblemKind.NOT_FOUND;
            case 405 -> ProblemKind.METHOD_NOT_ALLOWED;
            case 406 -> ProblemKind.NOT_ACCEPTABLE;
            case 408 -> ProblemKind.REQUEST_TIMEOUT;
            case 413 -> ProblemKind.BODY_TOO_LARGE;
            case 415 -> ProblemKind.UNSUPPORTED_MEDIA_TYPE;
            case 502, 503, 504 -> ProblemKind.SERVICE_UNAVAILABLE;
            default -> status >= 400 && status < 500 ? ProblemKind.MALFORMED_REQUEST : null;
        };
    }

    /** Logs what nobody expected under an id; the problem gives the id only. */
    static Problem unexpected(Logger log, String method, String path, @Nullable Throwable error) {
        String id = UUID.randomUUID().toString();
        log.error("Error {} in {} {}", id, method, path, error);
        return Problem.of(ProblemKind.INTERNAL_ERROR, "The error's id in the log is " + id + ".");
    }
}
