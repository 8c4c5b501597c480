package dev.holdfast.lock.core;

import dev.holdfast.lock.core.EventFollower.Notice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What reads the events of one namespace for all who follow them here.
 *
 * <p>It goes in turns, a few a second, and asks the store one thing at a time. Followers who have got equally far share
 * what is read, and mostly all have; one that replays, or is shown what is in use, goes at its own pace until it has
 * caught up. While the store is away they wait: nothing is told that was not read, and nothing is left out after it.
 */
final class EventReader {
    private static final int PAGE = 200;
    private static final long ROUND_MILLIS = 100;
    private static final long MORE_MILLIS = 10;
    private static final Duration QUIET = Duration.ofSeconds(10);
    private static final Duration TOO_SLOW = Duration.ofSeconds(5);

    private final LeaseStore store;
    private final Namespace namespace;
    /** Of fewer events none has been dropped yet, and none is left for the next page. */
    private final int sureToBeAll;

    private final Map<EventFollower, Seat> seats = new ConcurrentHashMap<>();
    /** Whether somebody could be told more at once. */
    private boolean more;

    /** @param kept how many events the store keeps at least */
    EventReader(LeaseStore store, Namespace namespace, int kept) {
        this.store = store;
        this.namespace = namespace;
        this.sureToBeAll = Math.min(PAGE, kept);
    }

    /** @param after the last event that it knows; without it, it follows from now */
    void add(EventFollower follower, String prefix, Optional<EventId> after) {
        seats.put(follower, new Seat(follower, prefix, after));
    }

    boolean remove(EventFollower follower) {
        return seats.remove(follower) != null;
    }

    boolean isEmpty() {
        return seats.isEmpty();
    }

    /**
     * Tells everyone who is ready what there is.
     *
     * @return in how many ms to take the next turn; never a failure
     */
    CompletionStage<Long> turn() {
        more = false;
        return tellEveryone(seats.values().stream().filter(Seat::isReady).toList())
                .handle((done, failure) -> {
                    if (failure != null) {
                        seats.values().forEach(seat -> seat.fail(cause(failure)));
                    }
                    seats.values().forEach(Seat::tellIfQuiet);
                    return more ? MORE_MILLIS : ROUND_MILLIS;
                });
    }

    private CompletionStage<?> tellEveryone(List<Seat> ready) {
        List<Seat> newcomers = new ArrayList<>();
        Map<EventId, List<Seat>> level = new LinkedHashMap<>();
        List<Seat> surveying = new ArrayList<>();
        for (Seat seat : ready) {
            if (seat.isSurveying) {
                surveying.add(seat);
            } else if (seat.upTo == null) {
                newcomers.add(seat);
            } else {
                level.computeIfAbsent(seat.upTo, same -> new ArrayList<>()).add(seat);
            }
        }
        CompletionStage<?> told = newcomers.isEmpty() ? CompletableFuture.completedFuture(null) : begin(newcomers);
        for (Map.Entry<EventId, List<Seat>> those : level.entrySet()) {
            told = told.thenCompose(done -> read(those.getKey(), those.getValue()));
        }
        for (Seat seat : surveying) {
            told = told.thenCompose(done -> showNext(seat));
        }
        return told;
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private CompletionStage<?> begin(Collection<Seat> newcomers) {
        return store.lastEvent(namespace).thenAccept(last -> newcomers.forEach(seat -> seat.standAt(last)));
    }

    private CompletionStage<?> read(EventId after, Collection<Seat> those) {
        return store.eventsAfter(namespace, after, PAGE).thenAccept(events -> {
            // Of so many since there was none, some may have come and gone.
            if (events.isEmpty() || (after.equals(EventId.NONE) && events.get().size() >= sureToBeAll)) {
                those.forEach(Seat::beginSurvey);
                more = true;
            } else {
                those.forEach(seat -> seat.hear(after, events.get()));
                more |= events.get().size() == PAGE;
            }
        });
    }

    /** Shows the next of the locks in use; before the first, notes which event was the last. */
    private CompletionStage<?> showNext(Seat seat) {
        more = true;
        EventId before = seat.upTo;
        if (before == null) {
            return store.lastEvent(namespace).thenAccept(last -> seat.upTo = last);
        }
        return store.locks(namespace, seat.prefix, seat.cursor).thenAccept(page -> seat.show(page, before));
    }

    /**
     * Those whose stream is over: they are too slow, or have failed.
     *
     * @param closing whether it is over for all who have been told anything
     */
    List<EventFollower> over(boolean closing) {
        return seats.values().stream()
                .filter(seat -> seat.isOver(closing))
                .map(seat -> seat.follower)
                .toList();
    }

    /** A follower, and how far it has got. */
    private static final class Seat {
        private final EventFollower follower;
        private final String prefix;
        /** The last event that needs not be told any more; null if that is to be found out. */
        private @Nullable EventId upTo;
        /** Whether it is shown what is in use, page by page, instead of events that may be lost. */
        private boolean isSurveying;

        private String cursor = "";
        private boolean hasBegun;
        private boolean hasFailed;
        private long lastTold = System.nanoTime();
        private long lastReady = System.nanoTime();

        Seat(EventFollower follower, String prefix, Optional<EventId> after) {
            this.follower = follower;
            this.prefix = prefix;
            this.upTo = after.orElse(null);
            if (EventId.NONE.equals(upTo)) {
                beginSurvey();
            }
        }

        void beginSurvey() {
            isSurveying = true;
            upTo = null;
            cursor = "";
        }

        void standAt(EventId last) {
            upTo = last;
            tell(new Notice.UpTo(last));
        }

        void hear(EventId after, List<LeaseEvent> events) {
            if (!hasBegun) {
                standAt(after);
            }
            for (LeaseEvent event : events) {
                upTo = event.id();
                if (event.concerns(prefix)) {
                    tell(new Notice.Happened(event));
                }
            }
        }

        void show(LockPage page, EventId before) {
            String next = page.next();
            tell(new Notice.InUse(page, cursor.isEmpty(), next == null ? before : null));
            isSurveying = next != null;
            cursor = next == null ? "" : next;
        }

        private void tell(Notice notice) {
            hasBegun = true;
            lastTold = System.nanoTime();
            // What it does with this is its own time; what the store took before is not.
            lastReady = lastTold;
            follower.tell(notice);
        }

        /** Who has begun is told later. */
        void fail(Throwable failure) {
            if (!hasBegun) {
                hasFailed = true;
                follower.fail(failure);
            }
        }

        boolean isReady() {
            boolean ready = follower.isReady();
            if (ready) {
                lastReady = System.nanoTime();
            }
            return ready;
        }

        /** To someone who listens, and to whatever is in between, silence looks like a broken connection. */
        void tellIfQuiet() {
            EventId last = upTo;
            boolean isQuiet = System.nanoTime() - lastTold > QUIET.toNanos();
            if (isQuiet && hasBegun && last != null && !isSurveying && isReady()) {
                tell(new Notice.UpTo(last));
            }
        }

        boolean isOver(boolean closing) {
            return hasFailed || (closing && hasBegun) || isTooSlow();
        }

        private boolean isTooSlow() {
            return !isReady() && System.nanoTime() - lastReady > TOO_SLOW.toNanos();
        }
    }
}
