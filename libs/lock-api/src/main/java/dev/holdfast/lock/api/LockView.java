package dev.holdfast.lock.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lock in use.
 *
 * @param mode {@code exclusive}, {@code shared} or {@code permits}: as it is held, or else waited for
 * @param permits how many of its permits are held or offered; only with {@code permits}
 * @param of how many permits it has; only with {@code permits}
 * @param holders the first of them; none while it is offered to the first waiter, or kept for one that waits for several locks
 * @param waiting how many wait for it
 * @param waiters the first of those in order; left out where locks are listed
 */
public record LockView(
        String name,
        String mode,
        @Nullable Integer permits,
        @Nullable Integer of,
        List<HolderView> holders,
        long waiting,
        @Nullable List<WaiterView> waiters) {}
