package dev.holdfast.lock.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the leases of one namespace are bound by.
 *
 * @param maxTtl the longest TTL
 * @param maxHold how long a lease may be held however often it is renewed, null if for ever
 * @param maxMetadata bytes of metadata
 * @param maxLeases how many leases, held or waiting, there may be
 * @param maxQueued how many of them may wait, for whatever lock
 * @param maxWaiters how many may wait for one lock
 * @param maxEnded how many leases that have ended are remembered; while there are as many no new ones are taken
 */
public record Limits(
        Duration maxTtl,
        @Nullable Duration maxHold,
        int maxMetadata,
        int maxLeases,
        int maxQueued,
        int maxWaiters,
        int maxEnded) {

    public static final int METADATA_CAP = 2048;
    private static final int EMPTY_METADATA = 2;
    private static final Duration LONGEST_HOLD = Duration.ofDays(3650);

    /** @throws IllegalArgumentException if one is out of its range; the message begins with its name as a setting */
    public Limits {
        require(isFrom(Ttl.SHORTEST, Ttl.LONGEST, maxTtl), "max-ttl must be from 100ms to 24h", maxTtl);
        require(
                maxHold == null || isFrom(Ttl.SHORTEST, LONGEST_HOLD, maxHold),
                "max-hold must be from 100ms to 3650d",
                maxHold);
        require(
                maxMetadata >= EMPTY_METADATA && maxMetadata <= METADATA_CAP,
                "max-metadata must be from 2B to 2KB",
                maxMetadata);
        require(maxLeases > 0, "max-leases must be at least 1", maxLeases);
        require(maxQueued > 0, "max-queued must be at least 1", maxQueued);
        require(maxWaiters > 0, "max-waiters must be at least 1", maxWaiters);
        require(maxEnded > 0, "max-ended must be at least 1", maxEnded);
    }

    private static boolean isFrom(Duration shortest, Duration longest, Duration value) {
        return value.compareTo(shortest) >= 0 && value.compareTo(longest) <= 0;
    }

    private static void require(boolean holds, String rule, @Nullable Object value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ", not " + value);
        }
    }

    /** How many there may be of what the limit is about. */
    public int most(Outcome.Limit limit) {
        return switch (limit) {
            case LEASES -> maxLeases;
            case QUEUED -> maxQueued;
            case WAITERS -> maxWaiters;
            case ENDED -> maxEnded;
        };
    }
}
