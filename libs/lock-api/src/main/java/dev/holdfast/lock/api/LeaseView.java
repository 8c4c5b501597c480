package dev.holdfast.lock.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lease, as PUT and GET answer it. What does not apply is left out.
 *
 * <p>A client's deadline, on its own monotonic clock: when it sent + {@code elapsedMillis} + 0.98 ×
 * {@code expiresInMillis}.
 *
 * @param state {@code HELD} or {@code WAITING}
 * @param elapsedMillis from the receipt of the request to its answer
 * @param expiresInMillis when it is held: what was left of its TTL at the answer
 * @param fencingToken when it is held and has an exclusive lock
 * @param position when it waits: its place in the longest of its queues, from 1
 * @param keepPlaceMillis when it waits: how long the client may be silent without losing its turn
 * @param revokeInMillis when an operator has asked for one of its locks: when it ends, whether it is renewed or not
 * @param holdEndsInMillis where leases may be held for so long only: when it ends, whether it is renewed or not
 * @param metadata GET only
 */
public record LeaseView(
        String id,
        String state,
        List<LeaseLockView> locks,
        String owner,
        long elapsedMillis,
        @Nullable Long expiresInMillis,
        @Nullable Long fencingToken,
        @Nullable Long position,
        @Nullable Long keepPlaceMillis,
        @Nullable Long revokeInMillis,
        @Nullable Long holdEndsInMillis,
        @Nullable Map<String, Object> metadata) {}
