package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A handle on a lease, which this process holds until the handle is closed or the lease is lost. It renews itself.
 *
 * <p>No lease can promise that its holder is alone: a process that stops for longer than the ttl wakes up as a former
 * holder. {@link #ensureHeld} before a step that matters makes that unlikely; only a resource that refuses
 * {@linkplain #fencingToken tokens} lower than the highest it has seen makes it harmless.
 *
 * <p>Safe for use by several threads, and may be closed by another one than that which acquired it. A handle that nobody
 * refers to any more and that was not closed is a mistake: it is logged, and closed then.
 */
public interface HeldLease extends AutoCloseable {

    /** The locks that the lease has. */
    LockSet locks();

    /** The name of the lease's lock; of several, the first one's. */
    default String lock() {
        return locks().names().get(0);
    }

    /** The lease's id at the lock service. */
    UUID id();

    /**
     * Greater than the token of every earlier holder of any lock of the namespace. The same for the lease's life.
     *
     * @throws IllegalStateException if none of the {@linkplain LockSet#hasExclusive locks} is exclusive: there is no
     *     token then
     */
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
     * Calls back, once and on a thread of its own, when the lease is lost before this handle is closed; at once if it is
     * lost already.
     *
     * <p>A callback that refers to this handle keeps it from being garbage, and so a forgotten one from being noticed.
     */
    void onLost(Consumer<LeaseLostException> callback);

    /**
     * Interrupts the calling thread when the lease is lost before this handle is closed; at once if it is lost already.
     *
     * <p>Once {@link #close} has returned or thrown, no interrupt comes any more; one that came may still be pending.
     */
    void interruptOnLoss();

    /**
     * Another handle on the same lease, for a callee or a thread that takes part in the work. The locks are released when
     * the last handle is closed.
     *
     * @throws LeaseLostException as {@link #ensureHeld} does
     */
    HeldLease reenter();

    /**
     * Does work on the calling thread under this lease: clients that are set up for it send its token along.
     *
     * @see FencingRequestInterceptor
     * @see FencingHttpInterceptor
     * @see FencingExchangeFilter
     * @throws LeaseLostException as {@link #ensureHeld} does, before the work begins
     */
    default void run(Runnable work) {
        ensureHeld();
        CurrentLease.run(this, work);
    }

    /**
     * Does work on the calling thread under this lease, as {@link #run} does, and returns its result.
     *
     * @throws Exception what the work throws
     */
    default <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        ensureHeld();
        return CurrentLease.under(this, work::call);
    }

    /**
     * Closes this handle, and releases the locks if it was the last one. Later calls do nothing.
     *
     * <p>When the lock service cannot be reached, this logs it and returns: the locks are then free at the latest when
     * the lease's ttl is over.
     *
     * @throws LeaseLostException if the lease had been lost before: what was done under it may have met another holder
     */
    @Override
    void close();
}
