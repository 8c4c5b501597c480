package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.UUID;

/**
 * A lease on a lock that this process holds until it closes or loses it. It renews itself.
 *
 * <p>No lease can promise that its holder is alone: a process that stops for longer than the ttl wakes up as a former
 * holder. {@link #ensureHeld} before a step that matters makes that unlikely; only a resource that refuses
 * {@linkplain #fencingToken tokens} lower than the highest it has seen makes it harmless.
 *
 * <p>Safe for use by several threads, and may be closed by another one than that which acquired it.
 */
public interface HeldLease extends AutoCloseable {

    String lock();

    /** The lease's id at the lock service. */
    UUID id();

    /** Greater than the token of every earlier holder of any lock of the namespace. The same for the lease's life. */
    long fencingToken();

    /**
     * How long the lease is certain to be held, by this process's own clock, if no renewal succeeds any more.
     *
     * @return zero once it is lost or closed
     */
    Duration remaining();

    /**
     * Returns if the lease is certain to be held now.
     *
     * @throws LeaseLostException if it is not, or was closed
     */
    void ensureHeld();

    /**
     * Releases the lock. Later calls do nothing.
     *
     * <p>When the lock service cannot be reached, this logs it and returns: the lock is then free at the latest when
     * the lease's ttl is over.
     *
     * @throws LeaseLostException if the lease had been lost before: what was done under it may have met another holder
     */
    @Override
    void close();
}
