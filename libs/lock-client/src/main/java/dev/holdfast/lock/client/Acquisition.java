package dev.holdfast.lock.client;

import static dev.holdfast.lock.client.LockNotAcquiredException.Reason.BUSY;
import static dev.holdfast.lock.client.LockNotAcquiredException.Reason.REFUSED;
import static dev.holdfast.lock.client.LockNotAcquiredException.Reason.UNAVAILABLE;

import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.client.Answer.Grant;
import dev.holdfast.lock.client.Answer.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** One attempt to get locks: the requests for it, until they are held or the caller's time is over. */
final class Acquisition {
    private static final Duration LONGEST_WAIT = Duration.ofDays(365);
    private static final Duration SHORT_PAUSE = Duration.ofMillis(100);
    private static final Duration LONG_PAUSE = Duration.ofMillis(500);
    /** A call that took longer was perhaps sent to two instances. */
    private static final Duration UNHEARD = Duration.ofMillis(500);

    private final SharedParts parts;
    private final RemoteLeases leases;
    private final String owner;
    private final LockSet locks;
    private final Duration ttl;

    private UUID id = LeaseIds.next();
    /** Whether the service may know the id. */
    private boolean known;

    /** @param owner what the lease's owner begins with */
    Acquisition(SharedParts parts, String owner, LockSet locks, Duration ttl) {
        this.parts = parts;
        this.leases = parts.leases();
        this.owner = owner;
        this.locks = locks;
        this.ttl = ttl;
    }

    /** Asks once, without a wait: empty if others hold the lock. */
    Optional<HeldLease> atOnce() {
        return grantedAtOnce().map(this::renewed);
    }

    /** As {@link #atOnce} does, for a lease that is not renewed. */
    Optional<FixedLease> fixedAtOnce() {
        return grantedAtOnce().map(grant -> new FixedLease(parts, id, locks, request(), ttl, grant.token()));
    }

    private Optional<Grant> grantedAtOnce() {
        long sent = System.nanoTime();
        Answer answer = leases.acquire(id, request());
        Optional<Grant> granted = granted(answer);
        if (answer.kind() == Kind.BUSY && until(sent).negated().compareTo(UNHEARD) > 0) {
            // An instance that was asked before this one answered may yet do what it was asked to.
            parts.abandonment().begin(id, ttl);
        }
        if (granted.isEmpty() && !ProblemKind.LOCK_HELD.slug().equals(answer.problem())) {
            known = mayBeKnown(answer);
            throw givenUp(answer);
        }
        return granted;
    }

    HeldLease within(Duration waitUpTo, Duration slice) {
        if (isOver(waitUpTo)) {
            return atOnce().orElseThrow(() -> notAcquired(Answer.of(Kind.BUSY, ProblemKind.LOCK_HELD.slug(), null)));
        }
        long end = System.nanoTime() + least(waitUpTo, LONGEST_WAIT).toNanos();
        while (true) {
            Duration wait = least(rounded(until(end)), slice);
            long sent = System.nanoTime();
            Answer answer = leases.await(id, request(), wait);
            Optional<Grant> granted = granted(answer);
            if (granted.isPresent()) {
                return renewed(granted.get());
            }
            boolean waited =
                    !wait.isZero() && until(sent).negated().multipliedBy(2).compareTo(wait) > 0;
            if (!goesOn(answer) || !pause(pauseAfter(answer, waited), until(end))) {
                throw givenUp(answer);
            }
        }
    }

    private LeaseRequest request() {
        // Owners are unique: one label for two actors would look like a deadlock where none is.
        return LeaseRequest.of(locks, ttl, owner + "/" + id);
    }

    /** Empty also if it came so late that it is over. */
    private static Optional<Grant> granted(Answer answer) {
        return Optional.ofNullable(answer.grant()).filter(grant -> grant.deadline() - System.nanoTime() > 0);
    }

    private HeldLease renewed(Grant grant) {
        return new RenewedLease(parts, id, locks, request(), ttl, grant).start();
    }

    /** Whether to ask again after this answer, under a new id if need be. */
    private boolean goesOn(Answer answer) {
        boolean before = known;
        known |= mayBeKnown(answer);
        return switch (answer.kind()) {
            case WAITING, UNCONFIRMED -> true;
            // An open breaker refuses newcomers, and a token that is wrong is told at once. Who stands in the queue
            // stays
            // there for the time it wanted to.
            case NOT_ASKED, UNAUTHENTICATED -> before;
            // The place was lost, or the lease came so late that it is over: this process was stopped too long.
            case HELD, ENDED -> beginAnew();
            // The store lost what it knew, and an id it does not know may be this old only when it is new.
            case REFUSED -> before && ProblemKind.LEASE_ID_STALE.slug().equals(answer.problem()) && beginAnew();
            case BUSY, RELEASED -> false;
        };
    }

    private static boolean mayBeKnown(Answer answer) {
        return answer.kind() != Kind.NOT_ASKED && answer.kind() != Kind.UNAUTHENTICATED;
    }

    private boolean beginAnew() {
        parts.abandonment().begin(id, ttl);
        id = LeaseIds.next();
        known = false;
        return true;
    }

    private static Duration pauseAfter(Answer answer, boolean waited) {
        return switch (answer.kind()) {
            // An instance that is going away answers a wait at once.
            case WAITING -> waited ? Duration.ZERO : SHORT_PAUSE;
            case UNCONFIRMED, NOT_ASKED ->
                answer.retryAfter().compareTo(SHORT_PAUSE) > 0 ? least(answer.retryAfter(), LONG_PAUSE) : SHORT_PAUSE;
            default -> SHORT_PAUSE;
        };
    }

    /** Pauses, unless no time is left for another request. */
    private static boolean pause(Duration pause, Duration left) {
        if (isOver(left)) {
            return false;
        }
        try {
            Thread.sleep(least(pause, left).toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private LockNotAcquiredException givenUp(Answer answer) {
        if (known && answer.kind() != Kind.BUSY && answer.kind() != Kind.REFUSED) {
            parts.abandonment().begin(id, ttl);
        }
        return notAcquired(answer);
    }

    private LockNotAcquiredException notAcquired(Answer answer) {
        String said = said(answer);
        return switch (answer.kind()) {
            case WAITING, BUSY ->
                new LockNotAcquiredException(
                        BUSY, "Others have the lock " + locks + said, answer.problem(), answer.cause());
            case REFUSED ->
                new LockNotAcquiredException(
                        REFUSED, "The lock " + locks + " was refused" + said, answer.problem(), answer.cause());
            case UNAUTHENTICATED ->
                new LockNotAcquiredException(
                        REFUSED,
                        "The lock " + locks + " was refused" + said
                                + ": the lock service takes no calls without a valid"
                                + " token. Set holdfast.locks.token-file or holdfast.locks.token, or add"
                                + " dev.holdfast:service-token and set spring.security.oauth2.client.registration.holdfast",
                        answer.problem(),
                        answer.cause());
            case NOT_ASKED ->
                new LockNotAcquiredException(
                        UNAVAILABLE, "Not asked for the lock " + locks + ": the circuit breaker is open", null, null);
            case HELD, ENDED, RELEASED, UNCONFIRMED ->
                new LockNotAcquiredException(
                        UNAVAILABLE, "Nobody could confirm the lock " + locks + said, answer.problem(), answer.cause());
        };
    }

    private static String said(Answer answer) {
        if (answer.problem() == null) {
            return "";
        }
        return " (" + answer.problem() + (answer.detail() == null ? "" : ": " + answer.detail()) + ")";
    }

    private static Duration until(long nanos) {
        return Duration.ofNanos(nanos - System.nanoTime());
    }

    private static boolean isOver(Duration left) {
        return left.isNegative() || left.isZero();
    }

    /** A wait is asked for in seconds: it may last half a second too long, and less than that is polled for. */
    private static Duration rounded(Duration left) {
        return Duration.ofSeconds(Math.max(0, left.plusMillis(500).toSeconds()));
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
