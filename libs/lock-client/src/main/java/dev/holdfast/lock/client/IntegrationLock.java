package dev.holdfast.lock.client;

import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.integration.support.locks.DistributedLock;

/** A lock of Spring Integration: a local one, for the threads of this program, and a lease while that is held. */
final class IntegrationLock implements DistributedLock {
    private static final Duration FOR_EVER = Duration.ofDays(365);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Locks locks;
    private final String name;
    private final Duration ttl;
    private final Set<DistributedLock> held;
    private final ReentrantLock local = new ReentrantLock();

    /** Guarded by the local lock. */
    private @Nullable HeldLease lease;

    /** @param held where it stands while it has a lease */
    IntegrationLock(Locks locks, String name, Duration ttl, Set<DistributedLock> held) {
        this.locks = locks;
        this.name = name;
        this.ttl = ttl;
        this.held = held;
    }

    @Override
    public void lock() {
        lock(ttl);
    }

    /** As uninterruptible as {@link java.util.concurrent.locks.Lock} wants it: an interrupt is kept for later. */
    @Override
    public void lock(Duration ttl) {
        boolean interrupted = false;
        try {
            local.lock();
            while (!isHeldOrAcquired(ttl, FOR_EVER)) {
                // The next attempt, and the pause before it, must not find the flag set.
                interrupted |= Thread.interrupted();
                LockSupport.parkNanos(PAUSE.toNanos());
                local.lock();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        while (!tryLock(FOR_EVER, ttl)) {
            // Too many wait, here or at the service, and so it returned at once.
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    @Override
    public boolean tryLock() {
        return local.tryLock() && isHeldOrAcquired(ttl, Duration.ZERO);
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        return tryLock(Duration.ofNanos(unit.toNanos(time)), ttl);
    }

    @Override
    public boolean tryLock(Duration waitTime, Duration ttl) throws InterruptedException {
        Duration wait = waitTime.compareTo(FOR_EVER) < 0 ? waitTime : FOR_EVER;
        long begun = System.nanoTime();
        if (!local.tryLock(wait.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        boolean acquired = isHeldOrAcquired(ttl, wait.minusNanos(System.nanoTime() - begun));
        if (!acquired && Thread.interrupted()) {
            throw new InterruptedException();
        }
        return acquired;
    }

    /** Gives the local lock back unless the lease is held. */
    private boolean isHeldOrAcquired(Duration ttl, Duration waitUpTo) {
        try {
            if (lease == null) {
                lease = locks.acquire(name, ttl, waitUpTo);
                held.add(this);
            } else {
                lease.ensureHeld();
            }
            return true;
        } catch (LockNotAcquiredException e) {
            local.unlock();
            if (e.reason() == Reason.BUSY || Thread.currentThread().isInterrupted()) {
                return false;
            }
            throw e;
        } catch (RuntimeException e) {
            local.unlock();
            throw e;
        }
    }

    /** @throws ConcurrentModificationException if the lease was lost before: so does Spring Integration's own */
    @Override
    public void unlock() {
        if (!local.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException("The lock " + name + " is not this thread's");
        }
        try {
            if (local.getHoldCount() == 1) {
                close();
            }
        } finally {
            local.unlock();
        }
    }

    private void close() {
        HeldLease ended = lease;
        lease = null;
        held.remove(this);
        if (ended == null) {
            return;
        }
        try {
            ended.close();
        } catch (LeaseLostException e) {
            ConcurrentModificationException lost = new ConcurrentModificationException(e.getMessage());
            lost.initCause(e);
            throw lost;
        }
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("A distributed lock has no conditions");
    }
}
