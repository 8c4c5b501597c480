package dev.holdfast.lock.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a request for a lease. A store that cannot tell throws {@link StoreUnavailableException}. */
public sealed interface Outcome {

    /** The lease is held. */
    record Held(Lease lease, FencingToken token, boolean justGranted) implements Outcome {}

    /**
     * The lease stands in a queue.
     *
     * @param position from 1
     */
    record Waiting(Lease lease, long position) implements Outcome {}

    /** Others hold the lock or wait for it, and the request did not ask to wait. Nothing was stored. */
    record Busy(List<Lease> holders) implements Outcome {}

    /**
     * The lease is over.
     *
     * @param reacquiredByOthers whether one of its locks was granted to another since; null if it never held, or just ended
     * @param justEnded whether this request ended it
     */
    record Ended(Ending how, @Nullable Boolean reacquiredByOthers, boolean justEnded) implements Outcome {

        /** It was over before. */
        public Ended(Ending how, @Nullable Boolean reacquiredByOthers) {
            this(how, reacquiredByOthers, false);
        }
    }

    /** The lock is in use otherwise: by permits or not, or with another number of permits. Nothing was stored. */
    record Mismatch(LockName lock, boolean ofCapacity) implements Outcome {}

    /**
     * To wait would be to wait for oneself. Nothing was stored.
     *
     * @param cycle each owner waits for that of the next step, the last for that of the first
     */
    record Deadlock(List<Step> cycle) implements Outcome {

        /** An owner, and the lock for which it waits. */
        public record Step(Owner owner, LockName waitsFor) {}
    }

    /**
     * One more would be too many. Nothing was stored.
     *
     * @param most how many there may be
     */
    record Full(Limit limit, int most) implements Outcome {}

    /** The request cannot be fulfilled. Nothing was stored. */
    record Refused(Reason reason) implements Outcome {}

    /** How a lease came to its end. */
    enum Ending {
        EXPIRED,
        REVOKED,
        RELEASED
    }

    /** Why a request is refused. */
    enum Reason {
        /** The lease is another caller's. */
        OF_ANOTHER,
        /** The id stands for other locks or another owner. */
        ID_REUSED,
        /** The id was made too long ago, or too far ahead. */
        ID_STALE,
        /** The lease is not held under the token that the request named. */
        STALE_TOKEN,
        /** Nothing is known under the id. */
        UNKNOWN
    }

    /** What there may be only so many of. */
    enum Limit {
        /** Leases of the namespace, held or waiting. */
        LEASES,
        /** Leases of the namespace that wait. */
        QUEUED,
        /** Leases that wait for one lock. */
        WAITERS,
        /** Leases of the namespace that have just ended. */
        ENDED
    }
}
