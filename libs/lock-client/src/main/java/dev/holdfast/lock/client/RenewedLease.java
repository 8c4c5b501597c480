package dev.holdfast.lock.client;

import dev.holdfast.lock.client.Answer.Grant;
import dev.holdfast.lock.client.Answer.Kind;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that is renewed each time a third of what remains of it has passed.
 *
 * <p>What was lost stays lost, even if a late answer says that the service kept it: whoever asked meanwhile was told so.
 */
final class RenewedLease implements HeldLease {
    private static final Logger log = LoggerFactory.getLogger(RenewedLease.class);

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    private static final Duration SHORTEST_LIMIT = Duration.ofMillis(100);

    private enum State {
        HELD,
        LOST,
        CLOSED
    }

    private final RemoteLeases leases;
    private final Abandonment abandonment;
    private final LeaseTimer timer;
    private final UUID id;
    private final String lock;
    private final LeaseRequest request;
    private final Duration ttl;
    private final long token;

    // These are guarded by this; no call is made under it.
    private State state = State.HELD;
    private long deadline;
    private String reason = "it was closed";
    private Runnable callOff = () -> {};

    RenewedLease(
            RemoteLeases leases,
            Abandonment abandonment,
            LeaseTimer timer,
            UUID id,
            String lock,
            LeaseRequest request,
            Duration ttl,
            Grant grant) {
        this.leases = leases;
        this.abandonment = abandonment;
        this.timer = timer;
        this.id = id;
        this.lock = lock;
        this.request = request;
        this.ttl = ttl;
        this.token = grant.token();
        this.deadline = grant.deadline();
    }

    /** Begins to renew it. */
    RenewedLease start() {
        renewAfter(third());
        return this;
    }

    @Override
    public String lock() {
        return lock;
    }

    @Override
    public UUID id() {
        return id;
    }

    @Override
    public long fencingToken() {
        return token;
    }

    @Override
    public synchronized Duration remaining() {
        return isHeld() ? Duration.ofNanos(deadline - System.nanoTime()) : Duration.ZERO;
    }

    @Override
    public synchronized void ensureHeld() {
        if (!isHeld()) {
            throw lost(reason);
        }
    }

    @Override
    public void close() {
        if (!end()) {
            return;
        }
        Answer answer = leases.release(id, token);
        switch (answer.kind()) {
            case RELEASED -> {}
            case ENDED -> {
                log.warn("Lost the lease {} on {} before its release: {}", id, lock, answer.problem());
                throw lost("the lock service says " + answer.problem());
            }
            default -> {
                log.warn("Could not release the lease {} on {}, it ends within {}: {}", id, lock, ttl, answer.reason());
                abandonment.begin(id, ttl);
            }
        }
    }

    /**
     * Ends the handle and with it its renewals.
     *
     * @return whether there is something to release
     * @throws LeaseLostException if it was lost
     */
    private synchronized boolean end() {
        boolean held = isHeld();
        boolean lost = state == State.LOST;
        state = State.CLOSED;
        callOff.run();
        if (lost) {
            throw lost(reason);
        }
        return held;
    }

    private void renew() {
        Duration left = remaining();
        if (left.isZero()) {
            return;
        }
        Answer answer = leases.renew(id, request, token, limit(left));
        Grant grant = answer.grant();
        if (grant != null) {
            renewed(grant);
        } else if (answer.kind() == Kind.ENDED) {
            lose("the lock service says " + answer.problem());
        } else {
            tryAgain();
        }
    }

    private synchronized void renewed(Grant grant) {
        if (isHeld()) {
            deadline = grant.deadline();
            renewAfter(third());
        }
    }

    private synchronized void tryAgain() {
        if (isHeld()) {
            renewAfter(clamp(SHORTEST_PAUSE, left().dividedBy(4), LONGEST_PAUSE));
        }
    }

    private synchronized void renewAfter(Duration delay) {
        if (isHeld()) {
            callOff = timer.after(delay, this::renew);
        }
    }

    /** Whether it is held now. Sees the deadline pass. */
    private synchronized boolean isHeld() {
        if (state == State.HELD && deadline - System.nanoTime() <= 0) {
            lose("it was not renewed in time");
            // The service may keep it a little longer, for nobody.
            abandonment.begin(id, ttl);
        }
        return state == State.HELD;
    }

    private synchronized void lose(String reason) {
        if (state == State.HELD) {
            state = State.LOST;
            this.reason = reason;
            log.warn("Lost the lease {} on {}: {}", id, lock, reason);
        }
    }

    private LeaseLostException lost(String because) {
        return new LeaseLostException("The lease %s on %s is not held: %s".formatted(id, lock, because));
    }

    private synchronized Duration left() {
        return Duration.ofNanos(deadline - System.nanoTime());
    }

    private Duration third() {
        return left().dividedBy(3);
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
