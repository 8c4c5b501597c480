package dev.holdfast.launcher.story;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A place that only one may visit at a time. It notices two, and counts in a way that goes wrong with two. */
final class CriticalSection {

    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final List<Visit> visits = new ArrayList<>();
    private volatile int counter;

    /** A visit, in the order of arrival. */
    record Visit(int client, LockClient.Grant grant) {}

    /** Comes in, and returns what the counter showed. */
    int enter(int client, LockClient.Grant grant) {
        if (inside.incrementAndGet() > 1) {
            overlaps.incrementAndGet();
        }
        synchronized (visits) {
            visits.add(new Visit(client, grant));
        }
        return counter;
    }

    /** Counts on from what was read on entering, and goes. */
    void leave(int read) {
        counter = read + 1;
        inside.decrementAndGet();
    }

    /** How often somebody came in while another was inside. */
    int overlaps() {
        return overlaps.get();
    }

    /** The number of visits by a count that nothing guards but the lock. */
    int counter() {
        return counter;
    }

    List<Visit> visits() {
        synchronized (visits) {
            return List.copyOf(visits);
        }
    }
}
