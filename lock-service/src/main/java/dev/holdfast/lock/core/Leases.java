package dev.holdfast.lock.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.core.LeaseStore.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.LongPredicate;

/**
 * Leases as clients see them: a store of them, and requests that wait.
 *
 * <p>Every stage completes with a {@link StoreUnavailableException} if the store cannot confirm.
 */
public final class Leases implements LeaseStore.Signals, AutoCloseable {
    private final LeaseStore store;
    private final LeaseRules rules;
    private final EventRules eventRules;
    private final ScheduledThreadPoolExecutor timers;
    private final WaitingRoom waitingRoom;
    private final WatchRoom watchRoom;
    private final EventRoom eventRoom;
    private final Reaper reaper;

    public Leases(LeaseStore store, LeaseRules rules, EventRules eventRules) {
        this.store = store;
        this.rules = rules;
        this.eventRules = eventRules;
        this.timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("lease-timers").daemon().factory());
        timers.setRemoveOnCancelPolicy(true);
        timers.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        this.waitingRoom = new WaitingRoom(store, timers);
        this.watchRoom = new WatchRoom(store, timers);
        this.eventRoom = new EventRoom(store, timers, eventRules);
        this.reaper = new Reaper(store, timers);
        store.signalTo(this);
        reaper.start();
    }

    /** Acquires or renews without waiting: a busy lock is {@link Outcome.Busy}. */
    public CompletionStage<Outcome> ensure(LeaseRequest request) {
        check(request);
        return store.ensure(request, new Patience.Refuse());
    }

    /**
     * Acquires or renews, and queues for a busy lock.
     *
     * @param wait how long to wait for it; above {@link LeaseRules#MAX_WAIT} is that. Zero queues and answers at once
     * @return cancelled when the client has gone: its place is then kept for the grace
     */
    public CompletableFuture<Outcome> ensure(LeaseRequest request, Duration wait) {
        check(request);
        if (wait.isZero()) {
            return store.ensure(request, new Patience.Queue(Duration.ZERO)).toCompletableFuture();
        }
        Duration bounded = wait.compareTo(LeaseRules.MAX_WAIT) > 0 ? LeaseRules.MAX_WAIT : wait;
        return waitingRoom.enter(request, bounded);
    }

    /** Renews a lease that is held under this token; can never acquire. */
    public CompletionStage<Outcome> renew(LeaseRequest request, FencingToken token) {
        check(request);
        return store.renew(request, token);
    }

    /** Ends a lease, held or waiting; if a token is given, only one that is held under it. */
    public CompletionStage<Outcome> release(
            Namespace namespace, LeaseId id, Optional<FencingToken> token, Asker asker) {
        return store.release(namespace, id, token, asker);
    }

    public CompletionStage<Outcome> find(Namespace namespace, LeaseId id) {
        return store.find(namespace, id);
    }

    public CompletionStage<Optional<LockState>> lock(Namespace namespace, LockName name) {
        return store.lock(namespace, name);
    }

    /**
     * The lock once its revision is none that is known, once it is free, or when the time has passed.
     *
     * @param wait above {@link LeaseRules#MAX_WAIT} is that
     * @return cancelled when the client has gone
     */
    public CompletableFuture<Optional<LockState>> watch(
            Namespace namespace, LockName name, LongPredicate known, Duration wait) {
        Duration bounded = wait.compareTo(LeaseRules.MAX_WAIT) > 0 ? LeaseRules.MAX_WAIT : wait;
        return watchRoom.enter(namespace, name, known, bounded);
    }

    /**
     * Revokes the leases that hold a lock now, with all their locks. Until the grace is over their renewals tell how much
     * of it is left.
     *
     * @return those leases
     * @throws InvalidValueException if the grace is not from 0 to {@link LeaseRules#MAX_GRACE}
     */
    public CompletionStage<List<Lease>> revoke(Namespace namespace, LockName name, Duration grace) {
        if (grace.isNegative() || grace.compareTo(LeaseRules.MAX_GRACE) > 0) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.GRACE, "grace must be from 0 to 1 hour, such as \"PT30S\".");
        }
        return store.revoke(namespace, name, grace);
    }

    public CompletionStage<LockPage> locks(Namespace namespace, String prefix, String cursor) {
        if (!LockName.isPrefix(prefix)
                || !LockName.isPrefix(cursor)
                || !(cursor.isEmpty() || cursor.startsWith(prefix))) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.PAGE,
                    "prefix and cursor must have the characters of a lock name, and a cursor that of its prefix.");
        }
        return store.locks(namespace, prefix, cursor);
    }

    /** What became of the wish to follow events. */
    public enum Following {
        BEGUN,
        /** As many as may follow events at this instance already do. */
        FULL,
        /** There are no events. */
        OFF
    }

    /**
     * Tells what happens to leases that have a lock whose name begins with the prefix.
     *
     * @param after the last event that the follower knows; without it, it is told what happens from now on
     */
    public Following follow(Namespace namespace, String prefix, Optional<EventId> after, EventFollower follower) {
        if (!LockName.isPrefix(prefix)) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.PAGE, "prefix must have the characters of a lock name.");
        }
        if (eventRules.kept() == 0) {
            return Following.OFF;
        }
        return eventRoom.enter(namespace, prefix, after, follower) ? Following.BEGUN : Following.FULL;
    }

    /** The follower has gone. */
    public void unfollow(Namespace namespace, EventFollower follower) {
        eventRoom.leave(namespace, follower);
    }

    /** How many follow events at this instance. */
    public int followers() {
        return eventRoom.size();
    }

    /** How many requests wait at this instance. */
    public int parked() {
        return waitingRoom.size();
    }

    /** Whether {@link #drain} was called: clients should come to another instance. */
    public boolean draining() {
        return waitingRoom.closing();
    }

    /** Answers every open wait, and those to come, at once with where it stands, and ends streams of events: clients go on
     * elsewhere. */
    public void drain() {
        waitingRoom.close();
        watchRoom.close();
        eventRoom.close();
    }

    @Override
    public void changed(Namespace namespace, LeaseId id) {
        waitingRoom.changed(namespace, id);
    }

    @Override
    public void due(Namespace namespace, Countdown deadline) {
        reaper.due(namespace, deadline);
    }

    @Override
    public void lost(Namespace namespace) {
        waitingRoom.lost(namespace);
    }

    @Override
    public void close() {
        timers.shutdownNow();
    }

    private void check(LeaseRequest request) {
        Limits limits = rules.of(request.namespace());
        if (request.ttl().value().compareTo(limits.maxTtl()) > 0) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.TTL, "ttl must be at most " + limits.maxTtl() + " in this namespace.");
        }
        if (request.metadata().getBytes(UTF_8).length > limits.maxMetadata()) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.METADATA,
                    "metadata must be at most " + limits.maxMetadata() + " bytes in this namespace.");
        }
    }
}
