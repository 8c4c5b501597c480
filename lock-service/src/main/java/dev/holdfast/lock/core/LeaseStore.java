package dev.holdfast.lock.core;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Where leases live. Each call is atomic, first ends what is due, and hands off the locks that it frees.
 *
 * <p>Every stage completes with a {@link StoreUnavailableException} if the store cannot confirm.
 */
public interface LeaseStore {

    /** What to do when the lock is busy. */
    sealed interface Patience {
        /** Do not queue. */
        record Refuse() implements Patience {}

        /** Queue; the request stays open for as long as this, zero if it will not. */
        record Queue(Duration patience) implements Patience {}
    }

    /** Acquires, goes on waiting, confirms a hand-off or renews: whichever the lease's state asks for. */
    CompletionStage<Outcome> ensure(LeaseRequest request, Patience patience);

    /**
     * Renews a lease that is held under this token, and never acquires. A request that wants shared what the lease has
     * for itself gives up just that.
     */
    CompletionStage<Outcome> renew(LeaseRequest request, FencingToken token);

    /**
     * Ends a lease, held or waiting.
     *
     * @param token if given, the lease must be held under it
     * @return {@link Outcome.Ended}, or {@link Outcome.Refused} when the token does not fit or the lease is another's
     */
    CompletionStage<Outcome> release(Namespace namespace, LeaseId id, Optional<FencingToken> token, Asker asker);

    /** The state of a lease; {@link Outcome.Reason#UNKNOWN} if there is none. Extends nothing. */
    CompletionStage<Outcome> find(Namespace namespace, LeaseId id);

    /** The request that waited here for a lease has gone without an answer. */
    CompletionStage<Void> abandon(Namespace namespace, LeaseId id);

    CompletionStage<Optional<LockState>> lock(Namespace namespace, LockName name);

    /**
     * Revokes the leases that hold a lock now, with all their locks, after the grace.
     *
     * @return those leases
     */
    CompletionStage<List<Lease>> revoke(Namespace namespace, LockName name, Duration grace);

    /**
     * Locks in use whose names begin with the prefix, after the cursor. Ends nothing: what is due may still be there.
     *
     * @param cursor {@link LockPage#next()} of the page before, or empty
     */
    CompletionStage<LockPage> locks(Namespace namespace, String prefix, String cursor);

    /** The last event of a namespace, {@link EventId#NONE} if there is none. */
    CompletionStage<EventId> lastEvent(Namespace namespace);

    /**
     * What happened after an event, in order.
     *
     * @param id may be {@link EventId#NONE}
     * @return nothing if that event is not kept, or not any more: then others may be missing as well
     */
    CompletionStage<Optional<List<LeaseEvent>>> eventsAfter(Namespace namespace, EventId id, int atMost);

    /**
     * Ends what is due, and signals again the offers to this instance that are not confirmed.
     *
     * @return whether the namespace has any lease
     */
    CompletionStage<Boolean> sweep(Namespace namespace);

    /** The namespaces that have leases, and perhaps some more. */
    CompletionStage<Set<Namespace>> namespaces();

    /** A namespace that has no leases may be left out of {@link #namespaces()}. */
    CompletionStage<Void> forget(Namespace namespace);

    /** Names who is told what the store notices on the way. Called once, before any other call. */
    void signalTo(Signals signals);

    /** What a store tells beside its answers. Called on its own threads: must not block. */
    interface Signals {

        /** Something became of a lease for which a request waits at this instance: ensure it again. */
        void changed(Namespace namespace, LeaseId id);

        /** The next deadline in a namespace. */
        void due(Namespace namespace, Countdown deadline);

        /** The store has lost what it knew of a namespace: whoever waits there must queue again. */
        void lost(Namespace namespace);
    }
}
