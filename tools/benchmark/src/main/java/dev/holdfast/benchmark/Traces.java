package dev.holdfast.benchmark;

import dev.holdfast.launcher.story.Chapter.Finding;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/** Leases over many names that come and go: after the time for which an end is remembered, Redis is as before. */
final class Traces {

    private static final String NAMESPACE = "traces";
    private static final double MEGABYTE = 1_000_000;
    private static final double MORE = 5;

    /** For two minutes an end is remembered; Redis then takes a while to find what has run out. */
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Services services;
    private final RedisFigures redis;
    private final int leases;
    private final int names;

    Traces(Services services, RedisFigures redis, int leases, int names) {
        this.services = services;
        this.redis = redis;
        this.leases = leases;
        this.names = names;
    }

    Finding run() throws IOException, InterruptedException {
        var flood = new Flood(services, NAMESPACE);
        // The first of them leave what stays: scripts, and the namespace itself.
        flood.run(1_000, Traces::comeAndGo);
        Set<String> before = lasting();
        double start = megabytes();

        long began = System.nanoTime();
        flood.run(leases, (connection, i) -> comeAndGo(connection, i % names));
        double seconds = (System.nanoTime() - began) / 1e9;
        double peak = megabytes();

        long ended = System.nanoTime();
        while (!isAsBefore(before, start) && System.nanoTime() - ended < PATIENCE.toNanos()) {
            Thread.sleep(Duration.ofSeconds(1));
        }
        double waited = (System.nanoTime() - ended) / 1e9;
        return new Finding(
                isAsBefore(before, start),
                String.format(
                        Locale.ROOT,
                        "%,d leases over %,d names, %,.0f a second; Redis %.1f MB, then %.1f MB, %.0f s later %.1f MB"
                                + " and %d keys more than at first",
                        leases,
                        names,
                        leases / seconds,
                        start,
                        peak,
                        waited,
                        megabytes(),
                        added(before).size()));
    }

    private static void comeAndGo(Connection connection, int name) throws IOException {
        UUID lease = UUID.randomUUID();
        connection.acquire(lease, "name-" + name, "exclusive").granted();
        connection.release(lease).expect(204);
    }

    private boolean isAsBefore(Set<String> before, double start) {
        return redis.size() < before.size() + 1_000 && added(before).isEmpty() && megabytes() - start <= MORE;
    }

    private Set<String> added(Set<String> before) {
        Set<String> now = redis.keys("*");
        now.removeAll(before);
        now.removeIf(key -> key.endsWith(":events"));
        return now;
    }

    /** What is not of a single lease or lock. */
    private Set<String> lasting() {
        Set<String> keys = new HashSet<>(redis.keys("*"));
        keys.removeIf(key -> key.contains(":lease:") || key.contains(":lock:"));
        return keys;
    }

    private double megabytes() {
        return redis.memory() / MEGABYTE;
    }
}
