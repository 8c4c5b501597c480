package dev.holdfast.lock.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lock was not acquired: nothing is held. */
public final class LockNotAcquiredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a lock was not acquired. */
    public enum Reason {
        /** Others had it for as long as the caller would wait, or too many wait already. */
        BUSY,
        /** Nobody could confirm in time that it is held or that others hold it. */
        UNAVAILABLE,
        /** The request is a mistake: the same again gives the same answer. */
        REFUSED
    }

    private final Reason reason;
    private final @Nullable String problem;

    /**
     * Says why a lock was not acquired.
     *
     * @param problem what the service called it, if it did
     * @param cause what kept it from being acquired, if an exception did
     */
    public LockNotAcquiredException(
            Reason reason, String message, @Nullable String problem, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.problem = problem;
    }

    public Reason reason() {
        return reason;
    }

    /** The slug of the service's problem, such as {@code invalid-lock-name}, when it named one. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }
}
