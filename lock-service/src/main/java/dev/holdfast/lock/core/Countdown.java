package dev.holdfast.lock.core;

import java.time.Duration;

/** Time that is left, counted down on this machine's monotonic clock. */
public record Countdown(long endNanos) {

    /**
     * What a store says is left. It counts from before the store was asked, so it errs on the short side.
     *
     * @param askedNanos {@link System#nanoTime()} before the question was sent
     */
    public static Countdown of(long askedNanos, Duration left) {
        return new Countdown(askedNanos + left.toNanos());
    }

    /** What is left now; never negative. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
    }
}
