package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the lock service said to a call, or that it said nothing.
 *
 * @param grant when held
 * @param problem the slug of the service's problem, when it named one
 * @param detail what it said about it, for a person
 * @param retryAfter when the service wants to be asked again
 * @param cause why it is not confirmed
 */
record Answer(
        Kind kind,
        @Nullable Grant grant,
        @Nullable String problem,
        @Nullable String detail,
        Duration retryAfter,
        @Nullable Throwable cause) {

    enum Kind {
        HELD,
        WAITING,
        RELEASED,
        /** The lock is held by others and this call did not wait, or there are too many. */
        BUSY,
        /** The lease is over, or not held under this token. */
        ENDED,
        /** A 401: the service does not believe who calls, which a fresh token may mend. */
        UNAUTHENTICATED,
        /** Any other 4xx: the request is a mistake. */
        REFUSED,
        /** The outcome is unknown: a 5xx, no answer, or none that can be understood. */
        UNCONFIRMED,
        /** The circuit breaker is open: nothing was sent. */
        NOT_ASKED
    }

    /**
     * A lease that the service confirmed.
     *
     * @param deadline until when it is certain to be held, by {@link System#nanoTime}
     */
    record Grant(long token, long deadline) {}

    /** Why it is not what was asked for, in a few words. */
    String reason() {
        Throwable deepest = cause;
        while (deepest != null && deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        if (deepest != null) {
            return deepest.toString();
        }
        return problem == null ? kind.name().toLowerCase(Locale.ROOT) : problem;
    }

    static Answer of(Kind kind) {
        return of(kind, null, null);
    }

    static Answer of(Kind kind, @Nullable String problem, @Nullable String detail) {
        return new Answer(kind, null, problem, detail, Duration.ZERO, null);
    }

    static Answer held(Grant grant) {
        return new Answer(Kind.HELD, grant, null, null, Duration.ZERO, null);
    }

    static Answer unconfirmed(Throwable cause) {
        return new Answer(Kind.UNCONFIRMED, null, null, null, Duration.ZERO, cause);
    }
}
