package dev.holdfast.lock.web;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.core.EventId;
import dev.holdfast.lock.core.FencingToken;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;

/** What a request says in its headers. */
final class RequestHeaders {
    private static final Pattern STRONG_TOKEN = Pattern.compile("\"(\\d{1,16})\"");

    private RequestHeaders() {}

    /** {@code If-None-Match}: whether it names this entity tag (RFC 9110, section 13.1.2). */
    static boolean ifNoneMatch(HttpHeaders headers, String tag) {
        return headers.getOrDefault(HttpHeaders.IF_NONE_MATCH, List.of()).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(each -> each.strip().replaceFirst("^W/", ""))
                .anyMatch(tag::equals);
    }

    /**
     * {@code If-Match: "<token>"}, the entity tag of a grant.
     *
     * @throws ProblemException if it is anything else
     */
    static Optional<FencingToken> ifMatch(HttpHeaders headers) {
        List<String> lines = headers.getOrDefault(HttpHeaders.IF_MATCH, List.of());
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        Matcher match = STRONG_TOKEN.matcher(lines.getFirst().strip());
        if (lines.size() == 1 && match.matches()) {
            long token = Long.parseLong(match.group(1));
            if (FencingToken.isToken(token)) {
                return Optional.of(new FencingToken(token));
            }
        }
        throw new ProblemException(Problem.of(
                ProblemKind.MALFORMED_REQUEST,
                "If-Match must be one fencing token in double quotes: the lease's ETag."));
    }

    /**
     * {@code Last-Event-ID}, as a client of Server-Sent Events sends it when it comes back.
     *
     * @throws ProblemException if it is no id of an event
     */
    static Optional<EventId> lastEventId(HttpHeaders headers) {
        List<String> lines = headers.getOrDefault("Last-Event-ID", List.of());
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        Optional<EventId> id = lines.size() == 1 ? EventId.parse(lines.getFirst()) : Optional.empty();
        if (id.isEmpty()) {
            throw new ProblemException(Problem.of(
                    ProblemKind.MALFORMED_REQUEST,
                    "Last-Event-ID must be the id of an event as it was sent, such as 1795373475442-0."));
        }
        return id;
    }

    /** Bodies are read as they are. */
    static void refuseContentEncoding(HttpHeaders headers) {
        String encoding = headers.getFirst(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw new ProblemException(
                    Problem.of(ProblemKind.UNSUPPORTED_MEDIA_TYPE, "A body must have no Content-Encoding."));
        }
    }
}
