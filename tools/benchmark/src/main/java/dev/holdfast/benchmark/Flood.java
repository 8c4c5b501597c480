package dev.holdfast.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A number of requests or pairs of them, many at a time, each on one of a few connections. */
final class Flood {

    private static final int CONNECTIONS = 64;

    private final Services services;
    private final String namespace;

    Flood(Services services, String namespace) {
        this.services = services;
        this.namespace = namespace;
    }

    /** What is done with the i-th number. */
    @FunctionalInterface
    interface Work {
        void on(Connection connection, int i) throws IOException;
    }

    /** Does the work for each number below the given, those that are alike modulo the connections in their order. */
    void run(int count, Work work) throws IOException, InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int first = 0; first < CONNECTIONS; first++) {
                int start = first;
                all.add(threads.submit(() -> {
                    work(start, count, work);
                    return start;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException failure) {
            throw new IOException("a request failed: " + failure.getCause(), failure);
        }
    }

    private void work(int first, int count, Work work) throws IOException {
        try (var connection = services.connect(first, namespace)) {
            for (int i = first; i < count; i += CONNECTIONS) {
                work.on(connection, i);
            }
        }
    }
}
