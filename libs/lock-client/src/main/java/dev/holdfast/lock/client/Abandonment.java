package dev.holdfast.lock.client;

import dev.holdfast.lock.client.Answer.Kind;
import java.time.Duration;
import java.util.UUID;

/**
 * The end of leases that nobody here wants any more and that the service may still keep, or may grant yet: a DELETE in
 * the background, again and again, more and more seldom, until the service confirms it or the lease would be over by
 * itself.
 */
final class Abandonment {
    /** How long the service keeps a place in a queue after the last request for it, and an offer made then. */
    private static final Duration PLACE = Duration.ofSeconds(15);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** With these pauses about a quarter of an hour: then it is left to its TTL. */
    private static final int ATTEMPTS = 22;

    private final RemoteLeases leases;
    private final LeaseTimer timer;

    Abandonment(RemoteLeases leases, LeaseTimer timer) {
        this.leases = leases;
        this.timer = timer;
    }

    void begin(UUID id, Duration ttl) {
        long over = System.nanoTime() + ttl.plus(PLACE).toNanos();
        timer.after(Duration.ZERO, () -> attempt(id, over, FIRST_PAUSE, ATTEMPTS));
    }

    private void attempt(UUID id, long over, Duration pause, int attempts) {
        Kind kind = leases.abandon(id).kind();
        boolean mayHelp = kind == Kind.UNCONFIRMED || kind == Kind.UNAUTHENTICATED;
        if (mayHelp && attempts > 1 && System.nanoTime() - over < 0) {
            Duration doubled = pause.multipliedBy(2);
            Duration next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
            timer.after(pause, () -> attempt(id, over, next, attempts - 1));
        }
    }
}
