package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The few connections over which the leases of a program are renewed.
 *
 * <p>A renewal waits for one a short part of the time that its lease has left, and then goes out all the same: those that
 * hang at an instance which does not answer hold up no other.
 */
final class RenewalLanes {
    static final int LANES = 16;

    private final Semaphore free = new Semaphore(LANES);

    <T> T call(Duration patience, Supplier<T> renewal) {
        boolean mine = take(patience);
        try {
            return renewal.get();
        } finally {
            if (mine) {
                free.release();
            }
        }
    }

    private boolean take(Duration patience) {
        try {
            return free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
