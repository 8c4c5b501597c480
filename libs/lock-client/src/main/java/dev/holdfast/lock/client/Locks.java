package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.Optional;

/**
 * The distributed locks of a namespace.
 *
 * <pre>{@code
 * try (HeldLease lease = locks.acquire("stock:sku-1", Duration.ofSeconds(3), Duration.ofSeconds(5))) {
 *     resource.write(value, lease.fencingToken());
 * }
 * }</pre>
 *
 * <p>The handle is the owner, not the thread: each call stands for itself, so a thread that acquires an exclusive lock
 * twice waits for itself. Who is called by a holder and needs the lock too takes the handle and
 * {@linkplain HeldLease#reenter enters} it once more.
 */
public interface Locks {

    /**
     * Acquires locks, all together, and stands in their queues until it is this call's turn. First come, first served.
     *
     * <p>Returns or throws within {@code waitUpTo} plus the time of a call or two: half a second when the service is
     * well, at most about three seconds when its instances hang.
     *
     * @param ttl how long the lease lives without a renewal, from 100 ms. It renews itself every third of that: the ttl
     *     is how long others wait after this process died
     * @param waitUpTo zero or less does not wait
     * @throws LockNotAcquiredException with the reason. The locks are then not held, and the service is told to forget
     *     the request
     */
    HeldLease acquire(LockSet locks, Duration ttl, Duration waitUpTo);

    /**
     * Acquires locks if all of them are free.
     *
     * @param ttl as in {@link #acquire(LockSet, Duration, Duration)}
     * @return empty if others hold one of them or wait for it
     * @throws LockNotAcquiredException if nobody could say whether they are, or if the request is a mistake
     */
    Optional<HeldLease> tryAcquire(LockSet locks, Duration ttl);

    /**
     * Acquires one lock exclusively.
     *
     * @param lock {@code [A-Za-z0-9._:-]{1,200}}
     * @throws LockNotAcquiredException as {@link #acquire(LockSet, Duration, Duration)} does
     */
    default HeldLease acquire(String lock, Duration ttl, Duration waitUpTo) {
        return acquire(LockSet.exclusive(lock), ttl, waitUpTo);
    }

    /**
     * Acquires one lock exclusively if it is free.
     *
     * @param lock {@code [A-Za-z0-9._:-]{1,200}}
     * @throws LockNotAcquiredException as {@link #tryAcquire(LockSet, Duration)} does
     */
    default Optional<HeldLease> tryAcquire(String lock, Duration ttl) {
        return tryAcquire(LockSet.exclusive(lock), ttl);
    }
}
