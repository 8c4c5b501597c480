package dev.holdfast.lock.client;

import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/** The lease under which the calling thread, or a reactive chain, does its work. */
final class CurrentLease {
    /** The request header that carries a token. */
    static final String HEADER = "Fencing-Token";

    /** The name of the lease's entry in a reactive context. */
    static final String KEY = CurrentLease.class.getName();

    private static final ThreadLocal<HeldLease> OF_THREAD = new ThreadLocal<>();

    private CurrentLease() {}

    static @Nullable HeldLease ofThread() {
        return OF_THREAD.get();
    }

    static void ofThread(@Nullable HeldLease lease) {
        if (lease == null) {
            OF_THREAD.remove();
        } else {
            OF_THREAD.set(lease);
        }
    }

    /** Work that may throw anything. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object, X extends Throwable> {
        T go() throws X;
    }

    static void run(HeldLease lease, Runnable work) {
        under(lease, () -> {
            work.run();
            return lease;
        });
    }

    /** Does work on the calling thread under a lease. */
    static <T extends @Nullable Object, X extends Throwable> T under(HeldLease lease, Work<T, X> work) throws X {
        HeldLease before = ofThread();
        ofThread(lease);
        try {
            return work.go();
        } finally {
            ofThread(before);
        }
    }

    /**
     * The fencing token of the calling thread's lease, if there is a lease and it has one.
     *
     * @throws LeaseLostException if the lease is not held any more: who writes under it must not
     */
    static OptionalLong token() {
        return token(ofThread());
    }

    /** The fencing token of the lease of a reactive chain, or else of the calling thread's. */
    static OptionalLong token(ContextView context) {
        Optional<HeldLease> ofChain = context.getOrEmpty(KEY);
        return token(ofChain.orElse(ofThread()));
    }

    private static OptionalLong token(@Nullable HeldLease lease) {
        if (lease == null || !lease.locks().hasExclusive()) {
            return OptionalLong.empty();
        }
        lease.ensureHeld();
        return OptionalLong.of(lease.fencingToken());
    }
}
