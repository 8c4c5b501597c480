package dev.holdfast.lock.core;

/** A value that a caller gave and that is not one: which, and what it must be. The message is fit for the caller. */
public final class InvalidValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** What the value was meant to be. */
    public enum Kind {
        NAMESPACE,
        LEASE_ID,
        LOCK_NAME,
        LOCKS,
        MODE,
        PERMITS,
        TTL,
        OWNER,
        METADATA,
        PAGE,
        GRACE,
        REASON
    }

    private final Kind kind;

    public InvalidValueException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
