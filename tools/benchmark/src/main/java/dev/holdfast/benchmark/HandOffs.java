package dev.holdfast.benchmark;

import dev.holdfast.benchmark.Waiter.Grant;
import dev.holdfast.launcher.story.Chapter.Finding;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Many waiters for one lock: each is granted it in its turn, and a hand-off costs the same whether few wait or many. */
final class HandOffs {

    private static final int FEW = 10;

    /** What is let pass as noise: a herd would cost a hundred times as much. */
    private static final double RATIO = 3;

    private static final double MICROS = 200;
    private static final double MILLIS = 5;

    private final List<URI> services;
    private final RedisFigures redis;
    private final int waiters;

    HandOffs(List<URI> services, RedisFigures redis, int waiters) {
        this.services = services;
        this.redis = redis;
        this.waiters = waiters;
    }

    /** What hand-offs cost. */
    private record Cost(double medianMillis, double redisMicros) {

        boolean isNoMoreThan(Cost other) {
            return medianMillis <= RATIO * other.medianMillis + MILLIS
                    && redisMicros <= RATIO * other.redisMicros + MICROS;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f ms, %.0f us of Redis", medianMillis, redisMicros);
        }
    }

    Finding run() throws IOException, InterruptedException {
        int measured = Math.max(FEW, waiters / 10);
        // The first time warms up.
        few(measured);
        Cost few = few(measured);
        try (var crowd = new Crowd(services, "hand-offs")) {
            Waiter holder = crowd.hold("many");
            crowd.queue(List.of("many"), waiters);
            List<Grant> grants = new ArrayList<>();
            Cost many = handOn(crowd, holder, measured, grants);
            handOn(crowd, grants.getLast().waiter(), waiters - measured, grants);
            grants.getLast().waiter().release();
            boolean inOrder = areInOrder(grants);
            return new Finding(
                    inOrder && many.isNoMoreThan(few),
                    grants.size() + " granted, " + (inOrder ? "first come, first served" : "not in order")
                            + "; a hand-off with " + FEW + " waiting: " + few + ", with " + waiters + ": " + many);
        }
    }

    private Cost few(int handOffs) throws IOException, InterruptedException {
        List<Grant> grants = new ArrayList<>();
        List<Cost> costs = new ArrayList<>();
        for (int done = 0; done < handOffs; done += FEW) {
            try (var crowd = new Crowd(services, "hand-offs")) {
                Waiter holder = crowd.hold("few");
                crowd.queue(List.of("few"), FEW);
                costs.add(handOn(crowd, holder, FEW, grants));
                grants.getLast().waiter().release();
            }
        }
        return new Cost(
                costs.stream()
                        .mapToDouble(Cost::medianMillis)
                        .sorted()
                        .skip(costs.size() / 2)
                        .findFirst()
                        .orElse(0),
                costs.stream().mapToDouble(Cost::redisMicros).average().orElse(0));
    }

    /** Has the lock go through so many hands, one after the other. */
    private Cost handOn(Crowd crowd, Waiter holder, int times, List<Grant> grants)
            throws IOException, InterruptedException {
        long[] nanos = new long[times];
        long before = redis.scriptMicros();
        Waiter last = holder;
        for (int i = 0; i < times; i++) {
            long sent = System.nanoTime();
            last.release();
            Grant grant = crowd.next();
            nanos[i] = grant.receivedNanos() - sent;
            grants.add(grant);
            last = grant.waiter();
        }
        return new Cost(new Summary(nanos).medianMillis(), (double) (redis.scriptMicros() - before) / times);
    }

    /** In the order of their tokens, each was the next in the queue. */
    private static boolean areInOrder(List<Grant> grants) {
        List<Grant> byToken =
                grants.stream().sorted(Comparator.comparingLong(Grant::token)).toList();
        for (int i = 0; i < byToken.size(); i++) {
            if (byToken.get(i).waiter().position() != i + 1) {
                return false;
            }
        }
        return true;
    }
}
