package dev.holdfast.lock.api;

import org.jspecify.annotations.Nullable;

/**
 * A lock of a lease, as it is shown.
 *
 * @param mode {@code exclusive}, {@code shared} or {@code permits}
 * @param permits how many of its permits the lease has; only with {@code permits}
 * @param of how many the lock has; only with {@code permits}
 */
public record LeaseLockView(
        String name,
        String mode,
        @Nullable Integer permits,
        @Nullable Integer of) {}
