package dev.holdfast.benchmark;

import dev.holdfast.benchmark.Waiter.Grant;
import dev.holdfast.launcher.story.Chapter.Finding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Many locks that are let go all at once: the first waiter of each is woken, then the second, and so on. */
final class WakeUps {

    private static final int A_LOCK = 4;

    private final Services services;
    private final int locks;

    WakeUps(Services services, int waiters) {
        this.services = services;
        this.locks = Math.max(1, waiters / A_LOCK);
    }

    Finding run() throws IOException, InterruptedException {
        List<String> names =
                IntStream.range(0, locks).mapToObj(i -> "lock-" + i).toList();
        try (var crowd = new Crowd(services, "wake-ups")) {
            List<Waiter> holders = new ArrayList<>();
            for (String name : names) {
                holders.add(crowd.hold(name));
            }
            crowd.queue(names, A_LOCK);
            List<String> took = new ArrayList<>();
            int outOfTurn = 0;
            for (int turn = 1; turn <= A_LOCK; turn++) {
                long released = System.nanoTime();
                List<Grant> woken = handOnAll(crowd, holders);
                took.add(String.format(Locale.ROOT, "%.2f s", (newest(woken) - released) / 1e9));
                outOfTurn += outOfTurn(woken, turn);
                holders = woken.stream().map(Grant::waiter).toList();
            }
            return new Finding(
                    outOfTurn == 0,
                    locks * A_LOCK + " granted, " + outOfTurn + " out of turn; " + locks
                            + " locks let go at once, all first waiters woken after " + took.getFirst()
                            + ", the others after " + String.join(", ", took.subList(1, A_LOCK)));
        }
    }

    private List<Grant> handOnAll(Crowd crowd, List<Waiter> holders) throws IOException, InterruptedException {
        crowd.each(holders, Waiter::release);
        List<Grant> woken = new ArrayList<>();
        for (int i = 0; i < locks; i++) {
            woken.add(crowd.next());
        }
        return woken;
    }

    private static long newest(List<Grant> grants) {
        return grants.stream().mapToLong(Grant::receivedNanos).max().orElseThrow();
    }

    /** One of each lock, who came as this turn says. */
    private int outOfTurn(List<Grant> woken, int turn) {
        long inTurn = woken.stream()
                .filter(grant -> grant.waiter().position() == turn)
                .map(grant -> grant.waiter().lock())
                .distinct()
                .count();
        return locks - (int) inTurn;
    }
}
