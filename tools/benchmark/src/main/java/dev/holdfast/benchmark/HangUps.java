package dev.holdfast.benchmark;

import dev.holdfast.benchmark.Waiter.Grant;
import dev.holdfast.launcher.story.Chapter.Finding;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Waiters whose connections drop: they are out of the queue after the grace, and what one is offered goes to the next. */
final class HangUps {

    private static final String LOCK = "dropped";

    /** As the lock service has them. */
    private static final Duration PLACE_GRACE = Duration.ofSeconds(10);

    private static final Duration CLAIM_GRACE = Duration.ofSeconds(5);

    /** Until then a service has seen that a connection is gone. */
    private static final Duration NOTICED = Duration.ofSeconds(1);

    /** How much later is still on time, on a machine that does much else. */
    private static final Duration SLACK = Duration.ofSeconds(3);

    private final Services services;
    private final int waiters;
    private final Random random;

    HangUps(Services services, int waiters, Random random) {
        this.services = services;
        this.waiters = waiters;
        this.random = random;
    }

    Finding run() throws IOException, InterruptedException {
        try (var crowd = new Crowd(services, "hang-ups")) {
            Waiter holder = crowd.hold(LOCK);
            List<Waiter> queue = inOrder(crowd.queue(List.of(LOCK), waiters));
            List<Waiter> dropped = dropped(queue);
            long began = System.nanoTime();
            dropped.forEach(Waiter::hangUp);
            Thread.sleep(NOTICED);

            long released = System.nanoTime();
            holder.release();
            Grant next = crowd.next();
            Duration claim = Duration.ofNanos(next.receivedNanos() - released);
            boolean passedOn = next.waiter() == queue.get(1) && isAbout(CLAIM_GRACE, claim);

            Duration left = timeUntil(crowd, waiters - dropped.size() - 1, began);
            boolean gone = isAbout(PLACE_GRACE, left) && haveEnded(crowd, dropped);

            return new Finding(
                    passedOn && gone,
                    String.format(
                            Locale.ROOT,
                            "the offer to one of them went to the next after %.1f s; %d of %d dropped, and were out of"
                                    + " the queue after %.1f s",
                            seconds(claim),
                            dropped.size(),
                            waiters,
                            seconds(left)));
        }
    }

    private static List<Waiter> inOrder(List<Waiter> queue) {
        return queue.stream().sorted(Comparator.comparingLong(Waiter::position)).toList();
    }

    /** A tenth of them: the first, not the second, and others anywhere. */
    private List<Waiter> dropped(List<Waiter> queue) {
        List<Waiter> others = new ArrayList<>(queue.subList(2, queue.size()));
        Collections.shuffle(others, random);
        List<Waiter> dropped = new ArrayList<>(others.subList(0, waiters / 10 - 1));
        dropped.add(queue.getFirst());
        return dropped;
    }

    /** Since then, until so many wait. */
    private static Duration timeUntil(Crowd crowd, int expected, long since) throws IOException, InterruptedException {
        Duration patience = PLACE_GRACE.plus(SLACK).plus(SLACK);
        Duration passed = Duration.ZERO;
        while (waiting(crowd) != expected && passed.compareTo(patience) < 0) {
            Thread.sleep(Duration.ofMillis(50));
            passed = Duration.ofNanos(System.nanoTime() - since);
        }
        return passed;
    }

    private static long waiting(Crowd crowd) throws IOException {
        return crowd.get("/locks/" + LOCK).json().path("waiting").asLong();
    }

    private static boolean haveEnded(Crowd crowd, List<Waiter> waiters) throws IOException {
        for (Waiter waiter : waiters) {
            if (crowd.get("/leases/" + waiter.lease()).status() != 410) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAbout(Duration grace, Duration seen) {
        return seen.compareTo(grace.minusMillis(100)) >= 0 && seen.compareTo(grace.plus(SLACK)) <= 0;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
