package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.Optional;

/** The locks of the lock service. */
final class RemoteLocks implements Locks, AutoCloseable {
    private final SharedParts parts;
    private final String owner;
    private final Duration waitSlice;

    /** @param owner what owners begin with */
    RemoteLocks(SharedParts parts, String owner, Duration waitSlice) {
        this.parts = parts;
        this.owner = owner;
        this.waitSlice = waitSlice;
    }

    @Override
    public HeldLease acquire(LockSet locks, Duration ttl, Duration waitUpTo) {
        return new Acquisition(parts, owner, locks, ttl).within(waitUpTo, waitSlice);
    }

    @Override
    public Optional<HeldLease> tryAcquire(LockSet locks, Duration ttl) {
        return new Acquisition(parts, owner, locks, ttl).atOnce();
    }

    /** How many calls are to come by themselves. */
    int pending() {
        return parts.timer().pending();
    }

    /** Ends the renewals: leases that are still held end by their ttl. */
    @Override
    public void close() {
        parts.timer().close();
    }
}
