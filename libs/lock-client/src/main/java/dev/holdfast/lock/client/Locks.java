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
 * <p>Locks are exclusive and not reentrant: each call stands for itself, so a thread that acquires a lock twice waits
 * for itself.
 */
public interface Locks {

    /**
     * Acquires a lock, and stands in its queue until it is this call's turn. First come, first served.
     *
     * <p>Returns or throws within {@code waitUpTo} plus the time of a call or two: half a second when the service is
     * well, at most about three seconds when its instances hang.
     *
     * @param lock {@code [A-Za-z0-9._:-]{1,200}}
     * @param ttl how long the lease lives without a renewal, from 100 ms. It renews itself every third of that: the ttl
     *     is how long others wait after this process died
     * @param waitUpTo zero or less does not wait
     * @throws LockNotAcquiredException with the reason. The lock is then not held, and the service is told to forget
     *     the request
     */
    HeldLease acquire(String lock, Duration ttl, Duration waitUpTo);

    /**
     * Acquires a lock if it is free.
     *
     * @param lock as in {@link #acquire}
     * @param ttl as in {@link #acquire}
     * @return empty if others hold it or wait for it
     * @throws LockNotAcquiredException if nobody could say whether it is, or if the request is a mistake
     */
    Optional<HeldLease> tryAcquire(String lock, Duration ttl);
}
