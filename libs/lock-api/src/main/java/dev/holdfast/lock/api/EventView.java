package dev.holdfast.lock.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a lease, as the data of a Server-Sent Event whose name says what. What does not apply is left out.
 *
 * @param locks as it has them, or wants them
 * @param fencingToken when it is or was held, and has an exclusive lock
 * @param waitedMillis {@code granted}, {@code left}, {@code lapsed}: for how long it had waited
 * @param heldMillis {@code released}, {@code expired}, {@code revoked}, {@code downgraded}: for how long it had been held
 * @param at by the store's clock
 */
public record EventView(
        String leaseId,
        List<LeaseLockView> locks,
        String owner,
        @Nullable Long fencingToken,
        @Nullable Long waitedMillis,
        @Nullable Long heldMillis,
        Instant at) {}
