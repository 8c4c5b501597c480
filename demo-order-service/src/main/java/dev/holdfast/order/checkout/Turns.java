package dev.holdfast.order.checkout;

import dev.holdfast.lock.client.LockNotAcquiredException;
import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import dev.holdfast.order.inventory.InventoryUnavailableException;
import dev.holdfast.token.ServiceTokenException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * The order of those who want the same lock within this instance: one at a time asks for it, the others wait here.
 *
 * <p>The lock service keeps a waiter's place for a while when its process has died. So an instance that dies leaves one
 * place to others' patience, not one for each of its orders.
 */
final class Turns {

    private final Map<String, Queue> queues = new ConcurrentHashMap<>();

    /**
     * Does the work when it is its turn.
     *
     * @throws LockNotAcquiredException if that takes longer than {@code upTo}
     */
    <T> T take(String lock, Duration upTo, Supplier<T> work) {
        long joined = System.nanoTime();
        Queue queue = join(lock);
        try {
            if (!queue.await(upTo)) {
                throw new LockNotAcquiredException(Reason.BUSY, "Others here wait for " + lock, null, null);
            }
            try {
                queue.failIfAnotherDidSince(joined);
                return work.get();
            } catch (LockNotAcquiredException
                    | ServiceTokenException
                    | InventoryUnavailableException
                    | DataAccessResourceFailureException e) {
                if (!(e instanceof LockNotAcquiredException refusal) || refusal.reason() == Reason.UNAVAILABLE) {
                    queue.fail(e);
                }
                throw e;
            } finally {
                queue.next.release();
            }
        } finally {
            leave(lock);
        }
    }

    private Queue join(String lock) {
        return queues.compute(lock, (name, known) -> {
            Queue queue = known == null ? new Queue() : known;
            queue.members++;
            return queue;
        });
    }

    private void leave(String lock) {
        queues.computeIfPresent(lock, (name, queue) -> --queue.members == 0 ? null : queue);
    }

    /** Those who want one lock. */
    private static final class Queue {

        private final Semaphore next = new Semaphore(1, true);
        private int members;
        // Only whose turn it is reads or writes these.
        private long failedAt;
        private @Nullable RuntimeException failure;

        boolean await(Duration upTo) {
            try {
                return next.tryAcquire(upTo.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        void fail(RuntimeException why) {
            failedAt = System.nanoTime();
            failure = why;
        }

        /** What could not be reached for one cannot be for those behind: they need not find out one by one. */
        void failIfAnotherDidSince(long nanos) {
            if (failure != null && failedAt - nanos > 0) {
                throw failure;
            }
        }
    }
}
