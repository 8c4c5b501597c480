package dev.holdfast.lock.core;

import org.jspecify.annotations.Nullable;

/** Someone who follows the events of a namespace. Called on the store's threads, one call at a time: must not block. */
public interface EventFollower {

    /** What a follower is told, in this order: where it stands or what is in use, and then what happens. */
    sealed interface Notice {

        /** All that happened up to this event has been told. Said at the beginning, and when it has long been quiet. */
        record UpTo(EventId id) implements Notice {}

        /** Something happened. */
        record Happened(LeaseEvent event) implements Notice {}

        /**
         * What happened may not have been told in full, so this is what is in use: a page of the locks.
         *
         * @param first whether it is the first page
         * @param upTo on the last page, the event before the locks were looked at: what follows it is told next
         */
        record InUse(LockPage page, boolean first, @Nullable EventId upTo) implements Notice {}
    }

    /** Told only when it is {@link #isReady}: then some hundreds of notices at most. */
    void tell(Notice notice);

    /** Whether all that it was told is on its way. Who is not for some seconds is too slow, and its stream ends. */
    boolean isReady();

    /** Nothing more will be told. A follower that comes back with the last event that it got misses nothing. */
    void end();

    /** The store could not say where to begin: nothing was told, and nothing will be. */
    void fail(Throwable failure);
}
