package dev.holdfast.lock.client;

import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import io.github.resilience4j.bulkhead.Bulkhead;
import java.util.function.Supplier;

/**
 * The callers of this program that wait for locks: no more at a time than the bulkhead admits.
 *
 * <p>Each one keeps a thread and a connection. Who comes when it is full is turned away at once and may come again.
 */
final class Waiters {
    private final Bulkhead bulkhead;

    Waiters(Bulkhead bulkhead) {
        this.bulkhead = bulkhead;
    }

    /** @throws LockNotAcquiredException as busy, if it is full */
    HeldLease admit(LockSet locks, Supplier<HeldLease> waiting) {
        if (!bulkhead.tryAcquirePermission()) {
            throw new LockNotAcquiredException(
                    Reason.BUSY, "Too many callers of this program wait for locks: not asked for " + locks, null, null);
        }
        try {
            return waiting.get();
        } finally {
            bulkhead.onComplete();
        }
    }
}
