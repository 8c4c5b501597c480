package dev.holdfast.lock.core;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lock in use.
 *
 * @param use as it is held, or else as those ask who wait for it
 * @param revision rises whenever its holders, its queue or their metadata change
 * @param holders the first of them
 * @param waiting how many wait
 * @param waiters the first of those, in order; none where locks are listed
 * @param averageHold how long holders have kept it lately, if any has given it back lately
 */
public record LockState(
        LockName name,
        Use use,
        long revision,
        List<Lease> holders,
        long waiting,
        List<Lease> waiters,
        @Nullable Duration averageHold) {

    /** How a lock is used. */
    public sealed interface Use {}

    /** As a whole. */
    public record Whole(LockMode.Whole mode) implements Use {}

    /**
     * By permits.
     *
     * @param taken how many are held or offered
     * @param of how many there are
     */
    public record Permits(int taken, int of) implements Use {}
}
