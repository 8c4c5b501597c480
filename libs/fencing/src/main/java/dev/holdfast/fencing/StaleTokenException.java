package dev.holdfast.fencing;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** A write came under a lower token than the highest seen, and was not done: 409. Its lease has been lost to another. */
public final class StaleTokenException extends ResponseStatusException {
    private static final long serialVersionUID = 1L;

    private final long token;
    private final long fence;

    StaleTokenException(FencingToken token, long fence) {
        super(
                HttpStatus.CONFLICT,
                "A higher fencing token has been seen: the lease behind this one has been lost to another.");
        this.token = token.value();
        this.fence = fence;
    }

    /** The token that was refused. */
    public long token() {
        return token;
    }

    /** The highest token seen, when it was refused. */
    public long fence() {
        return fence;
    }
}
