package dev.holdfast.lock.core;

/** The store was not asked, since more is asked of it than it can answer in time: nothing was done. */
public final class StoreBusyException extends StoreUnavailableException {
    private static final long serialVersionUID = 1L;

    public StoreBusyException() {
        super("More is asked of the store at once than it can answer in time.");
    }
}
