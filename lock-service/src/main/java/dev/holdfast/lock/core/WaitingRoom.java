package dev.holdfast.lock.core;

import dev.holdfast.lock.core.LeaseStore.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait at this instance. The queue itself is in the store: here is only who asks.
 *
 * <p>A waiter does one thing over and over: it ensures its lease, which queues it at first, confirms an offer later,
 * and refreshes its place at the end. So a signal too many does no harm, and one too few costs a sweep.
 */
final class WaitingRoom {
    private static final int AT_A_TIME = 100;
    private static final Duration BEFORE_RETRY = Duration.ofMillis(100);

    private final LeaseStore store;
    private final ScheduledExecutorService timers;
    private final Map<Place, List<Waiter>> waiters = new ConcurrentHashMap<>();
    private final AtomicLong arrivals = new AtomicLong();
    private volatile boolean closing;

    WaitingRoom(LeaseStore store, ScheduledExecutorService timers) {
        this.store = store;
        this.timers = timers;
    }

    /**
     * Waits until the lease is held or over, or the time has passed. Cancelling the future is the client's hanging up:
     * its place is then kept for the grace.
     */
    CompletableFuture<Outcome> enter(LeaseRequest request, Duration wait) {
        Waiter waiter = new Waiter(request, new Countdown(System.nanoTime() + wait.toNanos()));
        add(waiter);
        Future<?> timeout = timers.schedule(waiter::ask, wait.toNanos(), TimeUnit.NANOSECONDS);
        var unused = waiter.answer.whenComplete((outcome, failure) -> {
            timeout.cancel(false);
            if (remove(waiter) && waiter.leavesEarly(outcome)) {
                abandon(waiter.place());
            }
        });
        waiter.ask();
        return waiter.answer;
    }

    /** Who came back meanwhile asks again: the store may have been told in the wrong order. */
    private void abandon(Place place) {
        store.abandon(place.namespace(), place.id())
                .whenComplete((done, failure) -> changed(place.namespace(), place.id()));
    }

    void changed(Namespace namespace, LeaseId id) {
        waiters.getOrDefault(new Place(namespace, id), List.of()).forEach(Waiter::ask);
    }

    /** Everyone in the namespace queues again, in the order in which they came here, some at a time. */
    void lost(Namespace namespace) {
        askInTurn(waiters.entrySet().stream()
                .filter(entry -> entry.getKey().namespace().equals(namespace))
                .map(Map.Entry::getValue)
                .flatMap(Collection::stream)
                .sorted(Comparator.comparingLong(waiter -> waiter.arrival))
                .toList());
    }

    private void askInTurn(List<Waiter> all) {
        if (!all.isEmpty()) {
            int some = Math.min(AT_A_TIME, all.size());
            var unused = CompletableFuture.allOf(
                            all.subList(0, some).stream().map(Waiter::ensure).toArray(CompletableFuture<?>[]::new))
                    .whenComplete((done, failure) -> askInTurn(all.subList(some, all.size())));
        }
    }

    /** Answers every wait, now and from now on, with where it stands. */
    void close() {
        closing = true;
        waiters.values().stream().flatMap(Collection::stream).forEach(Waiter::ask);
    }

    boolean closing() {
        return closing;
    }

    int size() {
        return waiters.values().stream().mapToInt(List::size).sum();
    }

    /** Lists are replaced, never changed: they are read without a lock. */
    private void add(Waiter waiter) {
        waiters.merge(waiter.place(), List.of(waiter), (present, added) -> {
            List<Waiter> all = new ArrayList<>(present);
            all.addAll(added);
            return List.copyOf(all);
        });
    }

    /** Whether nobody else waits here for the same lease. */
    private boolean remove(Waiter waiter) {
        return waiters.computeIfPresent(waiter.place(), (place, present) -> without(present, waiter)) == null;
    }

    private static @Nullable List<Waiter> without(List<Waiter> present, Waiter waiter) {
        List<Waiter> rest = present.stream().filter(other -> other != waiter).toList();
        return rest.isEmpty() ? null : rest;
    }

    private record Place(Namespace namespace, LeaseId id) {}

    /** One request that waits. */
    private final class Waiter {
        private final LeaseRequest request;
        private final Countdown patience;
        private final long arrival = arrivals.incrementAndGet();
        private final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        private boolean asking;
        private boolean askAgain;

        Waiter(LeaseRequest request, Countdown patience) {
            this.request = request;
            this.patience = patience;
        }

        Place place() {
            return new Place(request.namespace(), request.id());
        }

        void ask() {
            var unused = ensure();
        }

        /**
         * Ensures the lease, one call at a time.
         *
         * @return done, never with a failure, when the store has answered
         */
        CompletableFuture<?> ensure() {
            if (answer.isDone() || !mayAsk()) {
                return CompletableFuture.completedFuture(null);
            }
            return store.ensure(request, new Patience.Queue(left()))
                    .<@Nullable Void>handle((outcome, failure) -> {
                        answered(outcome, failure);
                        return null;
                    })
                    .toCompletableFuture();
        }

        private synchronized boolean mayAsk() {
            askAgain = asking;
            asking = true;
            return !askAgain;
        }

        private synchronized boolean mustAskAgain() {
            asking = false;
            return askAgain;
        }

        private void answered(@Nullable Outcome outcome, @Nullable Throwable failure) {
            boolean again = mustAskAgain();
            if (failure != null && isBusy(failure) && !left().isZero()) {
                // It has time, and nothing was done. To be sent away and come back would only be more to do.
                var unused = timers.schedule(this::ask, BEFORE_RETRY.toMillis(), TimeUnit.MILLISECONDS);
            } else if (failure != null) {
                answer.completeExceptionally(failure);
            } else if (outcome instanceof Outcome.Waiting && answer.isDone()) {
                // It was sent as the client hung up, and came after the store had been told so.
                abandonUnlessOthersWait();
            } else if (outcome != null && (!(outcome instanceof Outcome.Waiting) || left().isZero())) {
                answer.complete(outcome);
            } else if (again) {
                ask();
            }
        }

        private static boolean isBusy(Throwable failure) {
            return failure instanceof StoreBusyException || failure.getCause() instanceof StoreBusyException;
        }

        private void abandonUnlessOthersWait() {
            if (!waiters.containsKey(place())) {
                abandon(place());
            }
        }

        /** Whether the store believes that this request waits on: it hung up, failed, or must go elsewhere. */
        boolean leavesEarly(@Nullable Outcome outcome) {
            return outcome == null
                    || (outcome instanceof Outcome.Waiting && !patience.left().isZero());
        }

        private Duration left() {
            return closing ? Duration.ZERO : patience.left();
        }
    }
}
