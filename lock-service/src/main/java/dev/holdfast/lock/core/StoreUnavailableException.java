package dev.holdfast.lock.core;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The store could not confirm: the outcome is unknown. */
public sealed class StoreUnavailableException extends RuntimeException permits StoreBusyException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String reason;

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
        this.reason = null;
    }

    /** @param reason what is wrong with the store, and what mends it; fit for callers */
    public StoreUnavailableException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** Why, if more is known than that it did not confirm. */
    public Optional<String> reason() {
        return Optional.ofNullable(reason);
    }
}
