package dev.holdfast.lock.core;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait at this instance for a lock to change.
 *
 * <p>A watched lock is looked at a few times a second, once for all who watch it here: so the store need not tell of
 * every change to locks that nobody watches.
 */
final class WatchRoom {
    private static final Duration ROUND = Duration.ofMillis(200);

    private final LeaseStore store;
    private final ScheduledExecutorService timers;
    private final Map<Place, List<Watcher>> watchers = new ConcurrentHashMap<>();
    private volatile boolean closing;

    WatchRoom(LeaseStore store, ScheduledExecutorService timers) {
        this.store = store;
        this.timers = timers;
    }

    /**
     * The lock when its revision is none that is known, when it is free, or when the time has passed. Cancelling the
     * future is the client's hanging up.
     */
    CompletableFuture<Optional<LockState>> enter(
            Namespace namespace, LockName lock, LongPredicate known, Duration wait) {
        Watcher watcher =
                new Watcher(known, new Countdown(System.nanoTime() + wait.toNanos()), new CompletableFuture<>());
        watchers.compute(new Place(namespace, lock), (place, present) -> {
            if (present == null) {
                lookSoon(place);
                return List.of(watcher);
            }
            return Stream.concat(present.stream(), Stream.of(watcher)).toList();
        });
        return watcher.answer();
    }

    /** Answers everyone with the lock as it is, now and from now on. */
    void close() {
        closing = true;
    }

    private void lookSoon(Place place) {
        var unused = timers.schedule(() -> look(place), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look(Place place) {
        var unused = store.lock(place.namespace(), place.lock()).whenComplete((found, failure) -> {
            List<Watcher> all = watchers.getOrDefault(place, List.of());
            if (failure == null) {
                all.forEach(watcher -> tell(watcher, found));
            } else {
                all.forEach(watcher -> watcher.answer().completeExceptionally(failure));
            }
            if (watchers.computeIfPresent(place, (same, present) -> stillWatching(present)) != null) {
                lookSoon(place);
            }
        });
    }

    private void tell(Watcher watcher, Optional<LockState> found) {
        if (closing
                || watcher.patience().left().isZero()
                || found.isEmpty()
                || !watcher.known().test(found.get().revision())) {
            watcher.answer().complete(found);
        }
    }

    private static @Nullable List<Watcher> stillWatching(List<Watcher> all) {
        List<Watcher> rest =
                all.stream().filter(watcher -> !watcher.answer().isDone()).toList();
        return rest.isEmpty() ? null : rest;
    }

    private record Place(Namespace namespace, LockName lock) {}

    private record Watcher(LongPredicate known, Countdown patience, CompletableFuture<Optional<LockState>> answer) {}
}
