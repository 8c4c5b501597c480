package dev.holdfast.lock.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lock in use.
 *
 * @param holders none while it is offered to the first waiter, or kept for one that waits for several locks
 * @param waiting how many wait for it
 * @param waiters the first of those in order; left out where locks are listed
 */
public record LockView(
        String name,
        String mode,
        List<HolderView> holders,
        long waiting,
        @Nullable List<WaiterView> waiters) {}
