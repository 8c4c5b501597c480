package dev.holdfast.benchmark;

import dev.holdfast.benchmark.Waiter.Grant;
import dev.holdfast.launcher.story.Chapter.Finding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Many waiters for one lock: each is granted it in its turn, and a hand-off costs the same whether few wait or many. */
final class HandOffs {

    private static final int FEW = 10;

    /** What is let pass as noise: a herd would cost a hundred times as much. */
    private static final double RATIO = 3;

    private static final double MICROS = 200;
    private static final double MILLIS = 5;

    private final Services services;
    private final RedisFigures redis;
    private final int waiters;

    HandOffs(Services services, RedisFigures redis, int waiters) {
        this.services = services;
        this.redis = redis;
        this.waiters = waiters;
    }

    /** What a hand-off costs, as the median: now and then the machine does something else meanwhile. */
    private record Cost(double millis, double redisMicros) {

        Cost(Summary took, Summary ofRedis) {
            this(took.medianMillis(), ofRedis.medianMillis() * 1e3);
        }

        boolean isNoMoreThan(Cost other) {
            return millis <= RATIO * other.millis + MILLIS && redisMicros <= RATIO * other.redisMicros + MICROS;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f ms, %.0f us of Redis", millis, redisMicros);
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
        return new Cost(median(costs, Cost::millis), median(costs, Cost::redisMicros));
    }

    private static double median(List<Cost> costs, ToDoubleFunction<Cost> part) {
        return costs.stream()
                .mapToDouble(part)
                .sorted()
                .skip(costs.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    /** Has the lock go through so many hands, one after the other. */
    private Cost handOn(Crowd crowd, Waiter holder, int times, List<Grant> grants)
            throws IOException, InterruptedException {
        long[] nanos = new long[times];
        long[] redisNanos = new long[times];
        Waiter last = holder;
        for (int i = 0; i < times; i++) {
            long before = redis.scriptMicros();
            long sent = System.nanoTime();
            last.release();
            Grant grant = crowd.next();
            nanos[i] = grant.receivedNanos() - sent;
            redisNanos[i] = TimeUnit.MICROSECONDS.toNanos(redis.scriptMicros() - before);
            grants.add(grant);
            last = grant.waiter();
        }
        return new Cost(new Summary(nanos), new Summary(redisNanos));
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
