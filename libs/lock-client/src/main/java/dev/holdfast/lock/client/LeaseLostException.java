package dev.holdfast.lock.client;

/** The answer to whoever relies on a lease that is no longer certain to be held. */
public final class LeaseLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LeaseLostException(String message) {
        super(message);
    }
}
