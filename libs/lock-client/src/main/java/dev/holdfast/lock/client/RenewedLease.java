package dev.holdfast.lock.client;

import dev.holdfast.lock.client.Answer.Grant;
import dev.holdfast.lock.client.Answer.Kind;
import io.micrometer.observation.Observation;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that is renewed each time about a third of what remains of it has passed, as long as there is a hold on it.
 *
 * <p>What was lost stays lost, even if a late answer says that the service kept it: whoever asked meanwhile was told so.
 */
final class RenewedLease {
    private static final Logger log = LoggerFactory.getLogger(RenewedLease.class);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    private static final Duration SHORTEST_LIMIT = Duration.ofMillis(100);
    private static final String CLOSED = "it was closed";

    private enum State {
        HELD,
        LOST,
        RELEASED
    }

    private final SharedParts parts;
    private final UUID id;
    private final LockSet locks;
    private final LeaseRequest request;
    private final Duration ttl;
    private final long token;
    private final Observation hold;

    // These are guarded by this; no call is made under it.
    private final Set<Hold> holds = new HashSet<>();
    private State state = State.HELD;
    private long deadline;
    private String reason = CLOSED;
    private String trouble = "";
    private Runnable callOffRenewal = () -> {};
    private Runnable callOffDeadline = () -> {};

    RenewedLease(SharedParts parts, UUID id, LockSet locks, LeaseRequest request, Duration ttl, Grant grant) {
        this.parts = parts;
        this.id = id;
        this.locks = locks;
        this.request = request;
        this.ttl = ttl;
        this.token = grant.token();
        this.deadline = grant.deadline();
        this.hold = parts.meters().holding(locks, id);
    }

    /** Begins to renew it. */
    synchronized HeldLease start() {
        renewAfter(third());
        watchDeadline();
        return handle();
    }

    LockSet locks() {
        return locks;
    }

    UUID id() {
        return id;
    }

    long fencingToken() {
        if (!locks.hasExclusive()) {
            throw new IllegalStateException("A lease without an exclusive lock has no fencing token: " + locks);
        }
        return token;
    }

    synchronized Duration remaining(Hold hold) {
        return holds.contains(hold) ? remaining() : Duration.ZERO;
    }

    synchronized void ensureHeld(Hold hold) {
        if (!holds.contains(hold)) {
            throw lost(CLOSED);
        }
        if (!isHeld()) {
            throw lost(reason);
        }
    }

    synchronized HeldLease reenter(Hold hold) {
        ensureHeld(hold);
        return handle();
    }

    private synchronized HeldLease handle() {
        Hold hold = new Hold(parts.traces() ? new Throwable("taken here") : null);
        holds.add(hold);
        return new LeaseHandle(this, hold, parts.cleaner());
    }

    synchronized void onLost(Hold hold, Consumer<LeaseLostException> callback) {
        if (isHeld()) {
            hold.callbacks.add(callback);
        } else if (holds.contains(hold)) {
            tell(callback);
        }
    }

    synchronized void interruptOnLoss(Hold hold, Thread worker) {
        if (isHeld()) {
            hold.workers.add(worker);
        } else if (holds.contains(hold)) {
            worker.interrupt();
        }
    }

    /** @throws LeaseLostException if it was lost before */
    void close(Hold hold) {
        if (isToBeReleased(hold)) {
            release();
        }
    }

    private synchronized boolean isToBeReleased(Hold hold) {
        if (!holds.remove(hold)) {
            return false;
        }
        if (!isHeld()) {
            throw lost(reason);
        }
        return endWithoutHolds();
    }

    /** Ends the lease's renewals if this was the last hold on it. */
    private synchronized boolean endWithoutHolds() {
        boolean ends = holds.isEmpty() && state == State.HELD;
        if (ends) {
            end(State.RELEASED);
        }
        return ends;
    }

    private void release() {
        Answer answer = parts.leases().release(id, token);
        switch (answer.kind()) {
            case RELEASED -> held("released");
            case ENDED -> {
                LeaseLostException lost = lost("the lock service says " + answer.problem());
                countLoss(lost);
                log.warn("Lost the lease {} on {} before its release: {}", id, locks, answer.problem());
                throw lost;
            }
            default -> {
                held("unconfirmed");
                log.warn(
                        "Could not release the lease {} on {}, it ends within {}: {}", id, locks, ttl, answer.reason());
                abandon();
            }
        }
    }

    /** A handle is garbage. */
    synchronized void forgotten(Hold hold) {
        if (holds.remove(hold)) {
            log.error("A handle of the lease {} on {} was never closed: it is closed now", id, locks, hold.taken);
            if (endWithoutHolds()) {
                held("forgotten");
                abandon();
            }
        }
    }

    private void renew() {
        Duration left = remaining();
        if (left.isZero()) {
            return;
        }
        Answer answer =
                parts.lanes().call(left.dividedBy(6), () -> parts.leases().renew(id, request, token, limit(left())));
        Grant grant = answer.grant();
        if (grant != null) {
            renewed(grant);
        } else if (answer.kind() == Kind.ENDED) {
            lose("the lock service says " + answer.problem());
        } else {
            tryAgain(answer);
        }
    }

    private synchronized void renewed(Grant grant) {
        if (isHeld()) {
            boolean earlier = grant.deadline() - deadline < 0;
            deadline = grant.deadline();
            trouble = "";
            renewAfter(third());
            if (earlier) {
                // An operator wants it back.
                callOffDeadline.run();
                watchDeadline();
            }
        }
    }

    private synchronized void tryAgain(Answer answer) {
        trouble = ": " + answer.reason();
        if (isHeld()) {
            renewAfter(clamp(SHORTEST_PAUSE, left().dividedBy(4), LONGEST_PAUSE));
        }
    }

    private synchronized void renewAfter(Duration delay) {
        if (isHeld()) {
            callOffRenewal = parts.timer().after(delay, this::renew);
        }
    }

    /** Sees to it that a loss is noticed though nobody asks, at the deadline as it is then. */
    private synchronized void watchDeadline() {
        if (isHeld()) {
            callOffDeadline = parts.timer().after(left(), this::watchDeadline);
        }
    }

    private synchronized Duration remaining() {
        return isHeld() ? left() : Duration.ZERO;
    }

    /** Whether it is held now. Sees the deadline pass. */
    private synchronized boolean isHeld() {
        if (state == State.HELD && deadline - System.nanoTime() <= 0) {
            lose("it was not renewed in time" + trouble);
            // The service may keep it a little longer, for nobody.
            abandon();
        }
        return state == State.HELD;
    }

    private synchronized void lose(String reason) {
        if (state == State.HELD) {
            this.reason = reason;
            end(State.LOST);
            countLoss(lost(reason));
            log.warn("Lost the lease {} on {}: {}", id, locks, reason);
            // Here, under the lock: none may come after its handle was closed.
            holds.forEach(hold -> hold.workers.forEach(Thread::interrupt));
            holds.forEach(hold -> hold.callbacks.forEach(this::tell));
        }
    }

    private void tell(Consumer<LeaseLostException> callback) {
        LeaseLostException lost = lost(reason);
        parts.timer().after(Duration.ZERO, () -> callback.accept(lost));
    }

    private synchronized void end(State end) {
        state = end;
        callOffRenewal.run();
        callOffDeadline.run();
    }

    private void countLoss(LeaseLostException lost) {
        hold.error(lost);
        parts.meters().lost();
        held("lost");
    }

    private void held(String outcome) {
        LeaseMeters.end(hold, outcome);
    }

    private void abandon() {
        parts.abandonment().begin(id, ttl);
    }

    private LeaseLostException lost(String because) {
        return new LeaseLostException("The lease %s on %s is not held: %s".formatted(id, locks, because));
    }

    private synchronized Duration left() {
        return Duration.ofNanos(deadline - System.nanoTime());
    }

    /** Up to a fifth less: leases that were taken together are not renewed together for ever. */
    private Duration third() {
        return left().dividedBy(30)
                .multipliedBy(ThreadLocalRandom.current().nextInt(80, 101))
                .dividedBy(10);
    }

    /** The limit for each of two instances: time is left for the second when the first one hangs. */
    private static Duration limit(Duration left) {
        return clamp(SHORTEST_LIMIT, left.dividedBy(3), RemoteLeases.CALL_TIMEOUT);
    }

    private static Duration clamp(Duration least, Duration value, Duration most) {
        Duration atLeast = value.compareTo(least) < 0 ? least : value;
        return atLeast.compareTo(most) > 0 ? most : atLeast;
    }
}
