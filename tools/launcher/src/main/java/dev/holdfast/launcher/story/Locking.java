package dev.holdfast.launcher.story;

import dev.holdfast.launcher.story.Chapter.Finding;
import dev.holdfast.launcher.story.LockClient.Grant;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** What the lock service promises to those who contend, wait and forget. */
final class Locking implements AutoCloseable {

    private static final int REQUESTS = 200;
    private static final double FAIR_SHARE = 0.3;
    private static final int CLIENTS = 20;
    private static final int ROUNDS = 10;
    private static final int WAITERS = 8;
    private static final int EXPIRIES = 5;
    private static final Duration STAY = Duration.ofNanos(200_000);
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration SHORT_TTL = Duration.ofMillis(500);
    private static final Duration LATE = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Suite suite;
    private final LockClient locks;

    Locking(Suite suite) {
        this.suite = suite;
        this.locks = new LockClient(suite.gateway(), "demo", suite.credentials());
    }

    List<Chapter> chapters() {
        return List.of(
                new Chapter("Two instances share the load", this::shared),
                new Chapter(CLIENTS + " clients contend for one lock and never overlap", this::contended),
                new Chapter("First come, first served", this::inOrder),
                new Chapter("An expired lease wakes the next", this::expired),
                new Chapter("Redis wiped, and tokens still rise", this::wiped));
    }

    private Finding shared() throws IOException, InterruptedException {
        var answers = new TreeMap<String, Integer>();
        for (int i = 0; i < REQUESTS; i++) {
            answers.merge(locks.locks().instance(), 1, Integer::sum);
        }
        boolean fair = suite.lockServices().stream()
                .allMatch(instance -> answers.getOrDefault(instance.name(), 0) >= REQUESTS * FAIR_SHARE);
        return new Finding(fair, REQUESTS + " requests: " + answers);
    }

    private Finding contended() throws Exception {
        var section = new CriticalSection();
        Map<UUID, Long> releases = new ConcurrentHashMap<>();
        Together.run(IntStream.range(0, CLIENTS)
                .<Callable<Void>>mapToObj(client -> () -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        Grant grant = locks.acquire(UUID.randomUUID(), "story:contended", TTL, PATIENCE);
                        int count = section.enter(client, grant);
                        LockSupport.parkNanos(STAY.toNanos());
                        section.leave(count);
                        releases.put(grant.id(), System.nanoTime());
                        locks.release(grant.id());
                    }
                    return null;
                })
                .toList());

        List<CriticalSection.Visit> visits = section.visits();
        List<Long> handOffs = handOffs(visits, releases);
        boolean rise =
                new Tokens(visits.stream().map(visit -> visit.grant().token()).toList()).rise();
        boolean holds = visits.size() == CLIENTS * ROUNDS
                && section.counter() == visits.size()
                && section.overlaps() == 0
                && rise
                && handOffs.size() > visits.size() / 2;
        return new Finding(
                holds,
                "%d grants, %d overlaps, count %d, tokens %s, %d hand-offs, median %s"
                        .formatted(
                                visits.size(),
                                section.overlaps(),
                                section.counter(),
                                rise ? "rise" : "FALL",
                                handOffs.size(),
                                median(handOffs)));
    }

    /** Nanoseconds from each release to the grant of a client that was waiting for it. */
    private static List<Long> handOffs(List<CriticalSection.Visit> visits, Map<UUID, Long> releases) {
        var times = new ArrayList<Long>();
        for (int i = 1; i < visits.size(); i++) {
            Grant next = visits.get(i).grant();
            Long released = releases.get(visits.get(i - 1).grant().id());
            if (released != null && next.askedNanos() < released) {
                times.add(next.answer().receivedNanos() - released);
            }
        }
        return times;
    }

    private Finding inOrder() throws Exception {
        String lock = "story:queue";
        Grant holder = locks.acquire(UUID.randomUUID(), lock, TTL, PATIENCE);
        var granted = new ArrayList<Integer>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiters = new ArrayList<Future<Void>>();
            for (int position = 1; position <= WAITERS; position++) {
                int number = position;
                UUID id = UUID.randomUUID();
                waiters.add(clients.submit(() -> {
                    locks.acquire(id, lock, TTL, PATIENCE);
                    synchronized (granted) {
                        granted.add(number);
                    }
                    locks.release(id);
                    return null;
                }));
                awaitPosition(id, number);
            }
            locks.release(holder.id());
            for (Future<Void> waiter : waiters) {
                waiter.get();
            }
        }
        List<Integer> arrived = IntStream.rangeClosed(1, WAITERS).boxed().toList();
        return new Finding(granted.equals(arrived), "arrived " + arrived + ", granted " + granted);
    }

    private void awaitPosition(UUID id, int position) throws IOException, InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (System.nanoTime() < deadline) {
            JsonNode lease = locks.read(id).body();
            if (lease.path("state").asString().equals("WAITING")) {
                if (lease.path("position").asInt() != position) {
                    throw new IOException("Waiter " + position + " stands at " + lease.path("position"));
                }
                return;
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        throw new TimeoutException("Waiter " + position + " was not seen in the queue");
    }

    private Finding expired() throws Exception {
        var late = new ArrayList<Long>();
        for (int i = 0; i < EXPIRIES; i++) {
            String lock = "story:expiry-" + i;
            Grant forgotten = locks.acquire(UUID.randomUUID(), lock, SHORT_TTL, PATIENCE);
            Grant next = locks.acquire(UUID.randomUUID(), lock, TTL, PATIENCE);
            late.add(next.answer().receivedNanos() - forgotten.earliestEndNanos());
            locks.release(next.id());
        }
        boolean neverEarly = late.stream().allMatch(nanos -> nanos >= 0);
        boolean prompt = medianNanos(late) <= LATE.toNanos();
        return new Finding(
                neverEarly && prompt,
                "%d leases expired, the next granted %s after the deadline".formatted(EXPIRIES, median(late)));
    }

    private Finding wiped() throws Exception {
        var tokens = new ArrayList<Long>();
        tokens.add(token());
        suite.redis().flushAll();
        tokens.add(token());
        suite.redis().restartEmpty();
        tokens.add(token());
        return new Finding(new Tokens(tokens).rise(), "before, after FLUSHALL, after an empty restart: " + tokens);
    }

    private long token() throws Exception {
        Grant grant = locks.acquire(UUID.randomUUID(), "story:wiped", TTL, PATIENCE);
        locks.release(grant.id());
        return grant.token();
    }

    private static long medianNanos(List<Long> nanos) {
        return nanos.stream().sorted().skip(nanos.size() / 2).findFirst().orElse(Long.MAX_VALUE);
    }

    private static String median(List<Long> nanos) {
        return nanos.isEmpty() ? "none" : String.format(Locale.ROOT, "%.1f ms", medianNanos(nanos) / 1e6);
    }

    @Override
    public void close() {
        locks.close();
    }
}
