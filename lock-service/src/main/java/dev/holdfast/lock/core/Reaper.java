package dev.holdfast.lock.core;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sweeps namespaces when something in them is due, so that an expiry wakes the next waiter on time.
 *
 * <p>A timer is armed for the next deadline that the store told. For what it did not tell this instance, because
 * another one died or an announcement was lost, every namespace is swept once a second.
 */
final class Reaper {
    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final int ROUNDS_UNTIL_FORGOTTEN = 60;
    private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LeaseStore store;
    private final ScheduledExecutorService timers;
    private final Map<Namespace, Watch> watches = new ConcurrentHashMap<>();
    private final AtomicBoolean inRound = new AtomicBoolean();

    Reaper(LeaseStore store, ScheduledExecutorService timers) {
        this.store = store;
        this.timers = timers;
    }

    void start() {
        long round = ROUND.toMillis();
        var unused = timers.scheduleWithFixedDelay(this::round, round, round, TimeUnit.MILLISECONDS);
    }

    void due(Namespace namespace, Countdown deadline) {
        watch(namespace).arm(deadline);
    }

    private Watch watch(Namespace namespace) {
        return watches.computeIfAbsent(namespace, Watch::new);
    }

    /** One round at a time: a store that hangs is not asked over and over. */
    private void round() {
        if (!inRound.compareAndSet(false, true)) {
            return;
        }
        store.namespaces().thenCompose(this::sweepAll).whenComplete((done, failure) -> inRound.set(false));
    }

    private CompletionStage<Void> sweepAll(Set<Namespace> namespaces) {
        namespaces.forEach(this::watch);
        return CompletableFuture.allOf(watches.values().stream()
                .map(Watch::sweepInRound)
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture<?>[]::new));
    }

    /** One namespace. */
    private final class Watch {
        private final Namespace namespace;
        private @Nullable Future<?> timer;
        private long armedFor;
        private int emptyRounds;

        Watch(Namespace namespace) {
            this.namespace = namespace;
        }

        /** The earliest deadline told wins; a sweep at one that has moved tells the next. */
        synchronized void arm(Countdown deadline) {
            long end = deadline.endNanos() + SLACK_NANOS;
            if (timer != null && armedFor - end <= 0) {
                return;
            }
            if (timer != null) {
                timer.cancel(false);
            }
            armedFor = end;
            timer = timers.schedule(this::fire, Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        }

        private void fire() {
            synchronized (this) {
                timer = null;
            }
            store.sweep(namespace);
        }

        CompletionStage<Void> sweepInRound() {
            return store.sweep(namespace).thenAccept(this::counted);
        }

        private void counted(boolean inUse) {
            emptyRounds = inUse ? 0 : emptyRounds + 1;
            if (emptyRounds >= ROUNDS_UNTIL_FORGOTTEN) {
                watches.remove(namespace);
                store.forget(namespace);
            }
        }
    }
}
