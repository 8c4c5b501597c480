package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.Optional;

/** The locks of the lock service. */
final class RemoteLocks implements Locks, AutoCloseable {
    private final RemoteLeases leases;
    private final String owner;
    private final Duration waitSlice;
    private final LeaseTimer timer = new LeaseTimer();
    private final Abandonment abandonment;

    /** @param owner what owners begin with */
    RemoteLocks(RemoteLeases leases, String owner, Duration waitSlice) {
        this.leases = leases;
        this.owner = owner;
        this.waitSlice = waitSlice;
        this.abandonment = new Abandonment(leases, timer);
    }

    @Override
    public HeldLease acquire(String lock, Duration ttl, Duration waitUpTo) {
        return acquisition(lock, ttl).within(waitUpTo, waitSlice);
    }

    @Override
    public Optional<HeldLease> tryAcquire(String lock, Duration ttl) {
        return acquisition(lock, ttl).atOnce();
    }

    private Acquisition acquisition(String lock, Duration ttl) {
        return new Acquisition(leases, abandonment, timer, owner, lock, ttl);
    }

    /** How many calls are to come by themselves. */
    int pending() {
        return timer.pending();
    }

    /** Ends the renewals: leases that are still held end by their ttl. */
    @Override
    public void close() {
        timer.close();
    }
}
