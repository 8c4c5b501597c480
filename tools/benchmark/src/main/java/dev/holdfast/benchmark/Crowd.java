package dev.holdfast.benchmark;

import dev.holdfast.benchmark.Waiter.Grant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Clients in one namespace, in turn at each lock service: some that hold locks, and any number that wait for them. */
final class Crowd implements AutoCloseable {

    /** How many arrive at a time. */
    private static final int ARRIVING = 64;

    private static final int PATIENCE_SECONDS = 40;

    private final Services services;
    private final String namespace;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore door = new Semaphore(ARRIVING);
    private final List<Waiter> everyone = new ArrayList<>();
    private final BlockingQueue<Grant> grants = new LinkedBlockingQueue<>();
    private volatile @Nullable IOException lost;

    Crowd(Services services, String namespace) {
        this.services = services;
        this.namespace = namespace;
    }

    /** A client that holds a lock. */
    Waiter hold(String lock) throws IOException {
        Waiter holder = newcomer(lock);
        holder.acquire();
        return holder;
    }

    /** Clients that wait, so many for each lock. Returns when all stand in their queues. */
    List<Waiter> queue(List<String> locks, int each) throws IOException, InterruptedException {
        List<Waiter> all = new ArrayList<>();
        List<Future<?>> arrivals = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (String lock : locks) {
                door.acquire();
                Waiter waiter = newcomer(lock);
                all.add(waiter);
                arrivals.add(threads.submit(() -> {
                    try {
                        waiter.queue();
                    } finally {
                        door.release();
                    }
                    threads.execute(() -> await(waiter));
                    return waiter;
                }));
            }
        }
        for (Future<?> arrival : arrivals) {
            arrived(arrival);
        }
        return all;
    }

    private static void arrived(Future<?> arrival) throws IOException, InterruptedException {
        try {
            arrival.get();
        } catch (ExecutionException failure) {
            throw new IOException("a client could not queue: " + failure.getCause(), failure);
        }
    }

    private void await(Waiter waiter) {
        try {
            grants.add(waiter.await());
        } catch (IOException failure) {
            if (!waiter.isGone()) {
                lost = new IOException(waiter + ": " + failure.getMessage(), failure);
            }
        }
    }

    /** The next grant to anyone. Fails when somebody was sent away, or nobody is granted anything any more. */
    Grant next() throws IOException, InterruptedException {
        for (int seconds = 0; seconds < PATIENCE_SECONDS; seconds++) {
            Grant grant = grants.poll(1, TimeUnit.SECONDS);
            if (grant != null) {
                return grant;
            }
            IOException failure = lost;
            if (failure != null) {
                throw failure;
            }
        }
        throw new IOException("nobody was granted anything for " + PATIENCE_SECONDS + " s");
    }

    /** What a GET in the namespace answers. */
    Reply get(String what) throws IOException {
        try (var connection = services.connect(0, namespace)) {
            return connection.get(what);
        }
    }

    /** Does something to each at once. */
    void each(List<Waiter> some, Act act) {
        some.forEach(waiter -> threads.execute(() -> act.on(waiter)));
    }

    /** What is done to a client. */
    @FunctionalInterface
    interface Act {
        void on(Waiter waiter);
    }

    private Waiter newcomer(String lock) throws IOException {
        Waiter newcomer = new Waiter(services.connect(everyone.size(), namespace), lock);
        everyone.add(newcomer);
        return newcomer;
    }

    /** Everyone hangs up. */
    @Override
    public void close() {
        everyone.forEach(Waiter::hangUp);
        threads.close();
    }
}
