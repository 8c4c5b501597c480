package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.Optional;
import net.javacrumbs.shedlock.core.AbstractSimpleLock;
import net.javacrumbs.shedlock.core.ClockProvider;
import net.javacrumbs.shedlock.core.ExtensibleLockProvider;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.support.LockException;

/**
 * ShedLock's locks at the lock service.
 *
 * <p>ShedLock says from the start how long a lock is kept at most, and its leases are not renewed: {@code lockAtMostFor}
 * is their TTL, and must not be above the namespace's longest. A lock that is given back before {@code lockAtLeastFor}
 * is over is kept until then.
 */
final class HoldfastLockProvider implements ExtensibleLockProvider {
    private static final Duration SHORTEST_TTL = Duration.ofMillis(100);

    private final RemoteLocks locks;

    HoldfastLockProvider(RemoteLocks locks) {
        this.locks = locks;
    }

    /** @throws LockException if nobody could say whether the lock is free, or if the request is a mistake */
    @Override
    public Optional<SimpleLock> lock(LockConfiguration wanted) {
        LockSet lock = LockSet.exclusive(LockNames.of(wanted.getName()));
        try {
            return locks.tryAcquireFixed(lock, atLeastShortest(wanted.getLockAtMostFor()))
                    .map(lease -> new Lock(wanted, lease));
        } catch (LockNotAcquiredException e) {
            throw new LockException("The lock " + wanted.getName() + " was not acquired", e);
        }
    }

    private static Duration atLeastShortest(Duration ttl) {
        return ttl.compareTo(SHORTEST_TTL) < 0 ? SHORTEST_TTL : ttl;
    }

    private static final class Lock extends AbstractSimpleLock {
        private final FixedLease lease;

        Lock(LockConfiguration configuration, FixedLease lease) {
            super(configuration);
            this.lease = lease;
        }

        @Override
        protected void doUnlock() {
            Duration keep = Duration.between(ClockProvider.now(), lockConfiguration.getLockAtLeastUntil());
            if (keep.isNegative() || keep.isZero()) {
                lease.release();
            } else {
                lease.endAfter(atLeastShortest(keep));
            }
        }

        @Override
        protected Optional<SimpleLock> doExtend(LockConfiguration wanted) {
            return lease.endAfter(atLeastShortest(wanted.getLockAtMostFor()))
                    ? Optional.of(new Lock(wanted, lease))
                    : Optional.empty();
        }
    }
}
