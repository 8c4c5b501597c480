package dev.holdfast.lock.core;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Those who follow events at this instance: for each namespace that is followed one reader. */
final class EventRoom {
    private final LeaseStore store;
    private final ScheduledExecutorService timers;
    private final EventRules rules;
    private final Map<Namespace, EventReader> readers = new ConcurrentHashMap<>();
    private final AtomicInteger followers = new AtomicInteger();
    private volatile boolean closing;

    EventRoom(LeaseStore store, ScheduledExecutorService timers, EventRules rules) {
        this.store = store;
        this.timers = timers;
        this.rules = rules;
    }

    /** Whether there is room for the follower, who then is told. */
    boolean enter(Namespace namespace, String prefix, Optional<EventId> after, EventFollower follower) {
        if (followers.incrementAndGet() > rules.maxFollowers()) {
            followers.decrementAndGet();
            return false;
        }
        readers.compute(namespace, (same, present) -> {
            EventReader reader = present == null ? new EventReader(store, namespace, rules.kept()) : present;
            reader.add(follower, prefix, after);
            if (present == null) {
                takeTurn(namespace, reader, 0);
            }
            return reader;
        });
        return true;
    }

    void leave(Namespace namespace, EventFollower follower) {
        EventReader reader = readers.get(namespace);
        if (reader != null && reader.remove(follower)) {
            followers.decrementAndGet();
        }
    }

    int size() {
        return followers.get();
    }

    /** Ends every stream, now and from now on, once its client knows from where to go on elsewhere. */
    void close() {
        closing = true;
    }

    private void takeTurn(Namespace namespace, EventReader reader, long delayMillis) {
        var unused = timers.schedule(
                () -> reader.turn().whenComplete((delay, failure) -> goOn(namespace, reader, delay)),
                delayMillis,
                TimeUnit.MILLISECONDS);
    }

    private void goOn(Namespace namespace, EventReader reader, long delayMillis) {
        reader.over(closing).forEach(follower -> {
            leave(namespace, follower);
            follower.end();
        });
        readers.computeIfPresent(namespace, (same, present) -> {
            if (reader.isEmpty()) {
                return null;
            }
            takeTurn(namespace, reader, delayMillis);
            return present;
        });
    }
}
