package dev.holdfast.lock.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a lease. Renewals are none: they change nothing for others.
 *
 * @param locks as it has them, or wants them, after it
 * @param token of the grant, if it was ever granted
 * @param lasted for how long it had waited, or had been held, until then
 * @param at by the store's clock
 */
public record LeaseEvent(
        EventId id,
        Kind kind,
        LeaseId lease,
        List<LockSpec> locks,
        Owner owner,
        @Nullable FencingToken token,
        Duration lasted,
        Instant at) {

    /** What happened. */
    public enum Kind {
        /** It began to wait. */
        QUEUED,
        /** It is held: at once, or because a waiter took the offer that was made to it. */
        GRANTED,
        /** It shares from now on what it had for itself. */
        DOWNGRADED,
        /** Its holder gave it back. */
        RELEASED,
        /** It was held and not renewed in time. */
        EXPIRED,
        /** It was held, and an operator broke one of its locks. */
        REVOKED,
        /** It waited, and was asked not to wait any more. */
        LEFT,
        /** It waited, and lost its place: nobody polled it, or took the offer made to it. */
        LAPSED;

        /** Whether {@link LeaseEvent#lasted} is for how long it was held, not for how long it waited. */
        public boolean isOfHolder() {
            return switch (this) {
                case DOWNGRADED, RELEASED, EXPIRED, REVOKED -> true;
                case QUEUED, GRANTED, LEFT, LAPSED -> false;
            };
        }
    }

    /** Whether the name of one of its locks begins so. */
    public boolean concerns(String prefix) {
        return locks.stream().anyMatch(lock -> lock.name().value().startsWith(prefix));
    }
}
