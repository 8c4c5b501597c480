package dev.holdfast.defaults.problem;

import dev.holdfast.lock.api.ProblemType;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A problem as a value, answered as {@code application/problem+json} (RFC 9457).
 *
 * @param detail what went wrong this time, for people
 * @param extensions further members of the JSON object, by name, in this order
 * @param retryAfter when to try again; one second unless given for 429 and 503, otherwise left out of the answer
 */
public record Problem(
        ProblemType kind,
        String detail,
        Map<String, Object> extensions,
        @Nullable Duration retryAfter) {

    private static final Set<String> RESERVED = Set.of("type", "title", "status", "detail", "instance", "retryable");
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    public Problem {
        if (!Collections.disjoint(extensions.keySet(), RESERVED)) {
            throw new IllegalArgumentException("an extension takes a member's name: " + extensions.keySet());
        }
        extensions = Collections.unmodifiableMap(new LinkedHashMap<>(extensions));
        if (retryAfter == null && (kind.status() == 429 || kind.status() == 503)) {
            retryAfter = RETRY_AFTER;
        }
    }

    /** The problem with nothing to add to what its kind means. */
    public static Problem of(ProblemType kind) {
        return of(kind, kind.meaning());
    }

    public static Problem of(ProblemType kind, String detail) {
        return new Problem(kind, detail, Map.of(), null);
    }

    /** The same problem with one more member in its JSON object. */
    public Problem with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(extensions);
        more.put(member, value);
        return new Problem(kind, detail, more, retryAfter);
    }

    /** The same problem with another {@code Retry-After}, sent in whole seconds, rounded up. */
    public Problem retryAfter(Duration delay) {
        return new Problem(kind, detail, extensions, delay);
    }
}
