package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Locks that are free unless they are occupied, and write down what becomes of their leases. */
final class MemoryLocks implements Locks {
    final List<String> events = new CopyOnWriteArrayList<>();
    private final AtomicLong tokens = new AtomicLong();
    private volatile boolean lost;
    private volatile CountDownLatch free = new CountDownLatch(0);

    /** What is held is lost from now on. */
    void lose() {
        lost = true;
    }

    /** Whoever asks from now on waits. */
    void occupy() {
        free = new CountDownLatch(1);
    }

    void free() {
        free.countDown();
    }

    @Override
    public HeldLease acquire(LockSet locks, Duration ttl, Duration waitUpTo) {
        events.add("acquire " + locks + " " + ttl + " " + waitUpTo);
        await(free);
        return new Lease(locks, tokens.incrementAndGet());
    }

    /** Like one whose lock was granted when it was called off: an interrupt comes too late. */
    private static void await(CountDownLatch free) {
        boolean interrupted = false;
        while (true) {
            try {
                free.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Optional<HeldLease> tryAcquire(LockSet locks, Duration ttl) {
        return Optional.of(acquire(locks, ttl, Duration.ZERO));
    }

    private final class Lease implements HeldLease {
        private final LockSet locks;
        private final long token;

        Lease(LockSet locks, long token) {
            this.locks = locks;
            this.token = token;
        }

        @Override
        public LockSet locks() {
            return locks;
        }

        @Override
        public UUID id() {
            return new UUID(0, token);
        }

        @Override
        public long fencingToken() {
            return token;
        }

        @Override
        public Duration remaining() {
            return lost ? Duration.ZERO : Duration.ofSeconds(1);
        }

        @Override
        public void ensureHeld() {
            if (lost) {
                throw new LeaseLostException("lost");
            }
        }

        @Override
        public void onLost(Consumer<LeaseLostException> callback) {}

        @Override
        public void interruptOnLoss() {}

        @Override
        public HeldLease reenter() {
            return this;
        }

        @Override
        public void close() {
            events.add("release " + locks);
            ensureHeld();
        }
    }
}
