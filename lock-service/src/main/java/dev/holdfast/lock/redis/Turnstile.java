package dev.holdfast.lock.redis;

import dev.holdfast.lock.core.StoreBusyException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many calls be under way at Redis. The others stand in line here, and after a moment are refused unsent.
 *
 * <p>Redis carries out whatever it was sent, in turn, and its callers do not wait for ever. Without a limit a crowd that
 * comes at once is answered too late, repeats itself, and is answered too late again for as long as it keeps at it,
 * though Redis never rests. With one, what Redis does is what somebody still waits for.
 */
final class Turnstile {
    private final int most;
    private final long patience;
    private final Queue<Call<?>> line = new ArrayDeque<>();
    private int underWay;

    /**
     * @param most how many calls are under way at a time
     * @param patience how long a call stands in line, at most; with what Redis is given to answer, less than callers wait
     */
    Turnstile(int most, Duration patience) {
        this.most = most;
        this.patience = patience.toNanos();
    }

    /** Makes a call, now or when it is its turn. One that waited too long fails with {@link StoreBusyException}. */
    <T> CompletionStage<T> pass(Supplier<CompletionStage<T>> call) {
        var made = new Call<>(call, System.nanoTime());
        if (enters(made)) {
            make(made);
        }
        return made.result;
    }

    private synchronized boolean enters(Call<?> call) {
        if (underWay == most) {
            line.add(call);
            return false;
        }
        underWay++;
        return true;
    }

    /** Makes this call and, for as long as they fail or succeed at once, those behind it. */
    private void make(Call<?> first) {
        Call<?> call = first;
        while (call != null && call.made(this::leave)) {
            call = next();
        }
    }

    private void leave() {
        Call<?> call = next();
        if (call != null) {
            make(call);
        }
    }

    private @Nullable Call<?> next() {
        while (true) {
            Call<?> call;
            synchronized (this) {
                call = line.poll();
                if (call == null) {
                    underWay--;
                    return null;
                }
            }
            if (System.nanoTime() - call.came <= patience) {
                return call;
            }
            call.refuse();
        }
    }

    private static final class Call<T> {
        private final Supplier<CompletionStage<T>> call;
        private final long came;
        private final CompletableFuture<T> result = new CompletableFuture<>();

        Call(Supplier<CompletionStage<T>> call, long came) {
            this.call = call;
            this.came = came;
        }

        /** Returns whether it is over already; if not, says so when it is. */
        boolean made(Runnable over) {
            CompletableFuture<T> made = started();
            boolean already = made.isDone();
            var unused = made.whenComplete((value, failure) -> {
                if (!already) {
                    over.run();
                }
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
            return already;
        }

        private CompletableFuture<T> started() {
            try {
                return call.get().toCompletableFuture();
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        void refuse() {
            result.completeExceptionally(new StoreBusyException());
        }
    }
}
