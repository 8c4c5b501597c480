package dev.holdfast.lock.client;

import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import io.micrometer.observation.Observation;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The locks of the lock service. */
final class RemoteLocks implements Locks, AutoCloseable {
    private final SharedParts parts;
    private final String owner;
    private final Duration waitSlice;
    private final Waiters waiters;

    /** @param owner what owners begin with */
    RemoteLocks(SharedParts parts, String owner, Duration waitSlice, Waiters waiters) {
        this.parts = parts;
        this.owner = owner;
        this.waitSlice = waitSlice;
        this.waiters = waiters;
    }

    @Override
    public HeldLease acquire(LockSet locks, Duration ttl, Duration waitUpTo) {
        Supplier<HeldLease> attempt = () -> acquisition(locks, ttl).within(waitUpTo, waitSlice);
        boolean waits = waitUpTo.compareTo(Duration.ZERO) > 0;
        return observed(locks, () -> Optional.of(waits ? waiters.admit(locks, attempt) : attempt.get()))
                .orElseThrow();
    }

    @Override
    public Optional<HeldLease> tryAcquire(LockSet locks, Duration ttl) {
        return observed(locks, acquisition(locks, ttl)::atOnce);
    }

    /** As {@link #tryAcquire(LockSet, Duration)} does, for a lease that is not renewed. */
    Optional<FixedLease> tryAcquireFixed(LockSet locks, Duration ttl) {
        return observed(locks, acquisition(locks, ttl)::fixedAtOnce);
    }

    private Acquisition acquisition(LockSet locks, Duration ttl) {
        return new Acquisition(parts, owner, locks, ttl);
    }

    private <T> Optional<T> observed(LockSet locks, Supplier<Optional<T>> attempt) {
        Observation wait = parts.meters().waiting(locks);
        String outcome = "failed";
        try {
            Optional<T> lease = attempt.get();
            outcome = lease.isPresent() ? "held" : Reason.BUSY.name();
            return lease;
        } catch (LockNotAcquiredException e) {
            outcome = e.reason().name();
            if (e.reason() != Reason.BUSY) {
                wait.error(e);
            }
            throw e;
        } finally {
            LeaseMeters.end(wait, outcome.toLowerCase(Locale.ROOT));
        }
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
