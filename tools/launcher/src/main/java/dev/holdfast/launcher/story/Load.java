package dev.holdfast.launcher.story;

import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Steady load on a suite through its gateway: locks that are taken and given back, reads, and orders with a key. Every
 * request is idempotent and is sent once: what its client would have to repeat is a failure.
 */
public final class Load implements AutoCloseable {

    private static final int LOCKERS = 3;
    private static final int READERS = 2;
    private static final int BUYERS = 3;
    private static final int STOCK = 1_000_000;
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(25);

    private final LockClient locks;
    private final OrderClient orders;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> running = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final Queue<Call> unfinished = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    /**
     * What became of a request.
     *
     * @param outcome its status, or what went wrong instead of an answer
     * @param good whether that is what was asked for
     * @param unfinished whether it is an order that was taken and not finished in time (202)
     */
    record Sample(
            String request,
            String outcome,
            boolean good,
            boolean unfinished,
            String instance,
            long sentNanos,
            long receivedNanos) {}

    private Load(Suite suite) {
        this.locks = new LockClient(suite.gateway(), "load", suite.credentials());
        this.orders = new OrderClient(suite.gateway(), suite.credentials());
    }

    /** Begins the load. */
    public static Load on(Suite suite) throws IOException, InterruptedException {
        var load = new Load(suite);
        try {
            load.begin();
        } catch (IOException | InterruptedException | RuntimeException failure) {
            load.close();
            throw failure;
        }
        return load;
    }

    private void begin() throws IOException, InterruptedException {
        for (int buyer = 0; buyer < BUYERS; buyer++) {
            Answer answer = orders.restock(sku(buyer), STOCK);
            if (answer.status() != 200) {
                throw new IOException("A restock was answered with " + answer.status());
            }
        }
        for (int locker = 0; locker < LOCKERS; locker++) {
            String lock = "load:" + run + ":" + locker;
            run(() -> lockAndRelease(lock));
        }
        for (int reader = 0; reader < READERS; reader++) {
            run(this::read);
        }
        for (int buyer = 0; buyer < BUYERS; buyer++) {
            String sku = sku(buyer);
            run(() -> buy(sku));
        }
    }

    /** Waits until an instance has answered so many more requests. */
    public void awaitAnswers(Instance instance, int count, Duration limit)
            throws InterruptedException, TimeoutException {
        long now = System.nanoTime();
        while (count(sample -> sample.sentNanos() >= now && sample.instance().equals(instance.name())) < count) {
            if (System.nanoTime() - now > limit.toNanos()) {
                throw new TimeoutException(
                        instance.name() + " did not answer " + count + " requests within " + limit.toSeconds() + " s");
            }
            Thread.sleep(Duration.ofMillis(20));
        }
    }

    /** Goes on for some time. */
    public void goOn(Duration time) throws InterruptedException {
        Thread.sleep(time);
    }

    /** Ends the load, settles the orders that were not finished, and tells what was seen. */
    public Report stop() throws IOException, InterruptedException {
        stopping = true;
        for (Future<?> client : running) {
            try {
                client.get();
            } catch (ExecutionException failure) {
                throw new IOException("A client broke down", failure.getCause());
            }
        }
        for (Call order : unfinished) {
            order.send();
        }
        long sold = 0;
        for (int buyer = 0; buyer < BUYERS; buyer++) {
            sold += sold(sku(buyer));
        }
        synchronized (samples) {
            return new Report(List.copyOf(samples), sold);
        }
    }

    private long sold(String sku) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        Answer stock = orders.stock(sku);
        // An order that was answered with 202 is still being worked on.
        while (stock.body().path("reserved").asLong() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(Duration.ofMillis(50));
            stock = orders.stock(sku);
        }
        return stock.body().path("sold").asLong(-1);
    }

    private int count(Predicate<Sample> predicate) {
        synchronized (samples) {
            return (int) samples.stream().filter(predicate).count();
        }
    }

    @FunctionalInterface
    private interface Round {
        void play() throws InterruptedException;
    }

    @FunctionalInterface
    private interface Call {
        Answer send() throws IOException, InterruptedException;
    }

    private void run(Round round) {
        running.add(clients.submit(() -> {
            while (!stopping) {
                round.play();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
            return null;
        }));
    }

    private void lockAndRelease(String lock) throws InterruptedException {
        UUID id = UUID.randomUUID();
        record("PUT lease", List.of(200, 201), () -> locks.ensure(id, lock, TTL, null));
        record("DELETE lease", List.of(204), () -> locks.release(id));
    }

    private void read() throws InterruptedException {
        record("GET locks", List.of(200), locks::locks);
        record("GET stock", List.of(200), () -> orders.stock(sku(0)));
    }

    private void buy(String sku) throws InterruptedException {
        String key = UUID.randomUUID().toString();
        record("POST order", List.of(201, 202), () -> {
            Answer answer = orders.order(key, sku, 1);
            if (answer.status() == 202) {
                unfinished.add(() -> orders.order(key, sku, 1));
            }
            return answer;
        });
    }

    private void record(String request, List<Integer> expected, Call call) throws InterruptedException {
        long sent = System.nanoTime();
        Sample sample;
        try {
            Answer answer = call.send();
            sample = new Sample(
                    request,
                    answer.status() + (answer.problem().isEmpty() ? "" : " " + answer.problem()),
                    expected.contains(answer.status()),
                    answer.status() == 202,
                    answer.instance(),
                    sent,
                    answer.receivedNanos());
        } catch (IOException failure) {
            sample = new Sample(request, String.valueOf(failure), false, false, "", sent, System.nanoTime());
        }
        synchronized (samples) {
            samples.add(sample);
        }
    }

    private String sku(int buyer) {
        return "load-" + run + "-" + buyer;
    }

    @Override
    public void close() {
        stopping = true;
        clients.shutdownNow();
        locks.close();
        orders.close();
    }

    /** What a load saw, from its first request to its last. */
    public static final class Report {

        private final List<Sample> samples;
        private final long sold;

        Report(List<Sample> samples, long sold) {
            this.samples = samples;
            this.sold = sold;
        }

        public int sent() {
            return samples.size();
        }

        /** Requests that were not answered, or with what was not asked for, such as a 5xx. */
        public int failed() {
            return count(sample -> !sample.good());
        }

        /** Orders that were placed and not finished in time (202). */
        public int unfinished() {
            return count(Sample::unfinished);
        }

        /** Orders that were taken: answered with 201 or 202. */
        public int ordered() {
            return count(sample -> sample.request().startsWith("POST") && sample.good());
        }

        /** Pieces that were sold, by the inventory's count: each order is for one. */
        public long sold() {
            return sold;
        }

        /** The longest that a request was without an answer. */
        public Duration longest() {
            return Duration.ofNanos(samples.stream()
                    .mapToLong(sample -> sample.receivedNanos() - sample.sentNanos())
                    .max()
                    .orElse(0));
        }

        /** Requests sent in a span of time that this instance answered. */
        int answeredBy(Instance instance, long fromNanos, long toNanos) {
            return count(sample -> sample.instance().equals(instance.name())
                    && sample.sentNanos() >= fromNanos
                    && sample.sentNanos() < toNanos);
        }

        /** Requests sent in a span of time. */
        int sent(long fromNanos, long toNanos) {
            return count(sample -> sample.sentNanos() >= fromNanos && sample.sentNanos() < toNanos);
        }

        private double secondsFromStart(Sample sample) {
            long start = samples.stream().mapToLong(Sample::sentNanos).min().orElse(0);
            return (sample.sentNanos() - start) / 1e9;
        }

        private int count(Predicate<Sample> predicate) {
            return (int) samples.stream().filter(predicate).count();
        }

        /** The figures, with the first request that failed. */
        @Override
        public String toString() {
            String firstFailure = samples.stream()
                    .filter(sample -> !sample.good())
                    .findFirst()
                    .map(sample -> " (%s: %s, sent after %.1f s)"
                            .formatted(sample.request(), sample.outcome(), secondsFromStart(sample)))
                    .orElse("");
            return "%d sent, %d failed%s, longest %.2f s, %d orders (%d with 202), %d sold"
                    .formatted(
                            sent(),
                            failed(),
                            firstFailure,
                            longest().toMillis() / 1e3,
                            ordered(),
                            unfinished(),
                            sold());
        }
    }
}
