package dev.holdfast.lock.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.core.LeaseModel.Answer;
import dev.holdfast.lock.core.LeaseModel.Entry;
import dev.holdfast.lock.core.LeaseStore.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a store does at random, against what the model says.
 *
 * <p>Clients ask at any of several instances, repeat themselves as if an answer had been lost, or ask for something
 * else under the same id; instances die and others come; the store loses all it knows; time passes in between, by the
 * store's clock. After a step
 * that differs the seed and the last steps tell how to see it again.
 */
public abstract class LeaseStoreModelTest {
    private static final Logger log = LoggerFactory.getLogger(LeaseStoreModelTest.class);
    private static final int RUNS = Integer.getInteger("holdfast.runs", 30);
    private static final int STEPS = 150;
    private static final Limits LIMITS =
            new Limits(Duration.ofHours(24), Duration.ofSeconds(45), Limits.METADATA_CAP, 10_000, 5, 4, 1_000_000);
    protected static final LeaseRules RULES = new LeaseRules(LIMITS);

    private final List<String> steps = new ArrayList<>();
    private Random random = new Random();
    private Namespace ns = new Namespace("model");
    private LeaseModel model = new LeaseModel(LIMITS);
    private final List<LeaseRequest> requests = new ArrayList<>();
    private final List<LeaseStore> instances = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final Map<LockName, LockState> seen = new HashMap<>();
    private EventId lastEvent = EventId.NONE;
    private long lastToken;
    private int instancesBorn;

    protected abstract LeaseStore open();

    protected abstract void close(LeaseStore store);

    protected abstract void advance(Duration time);

    /** Has the store lose all it knows. */
    protected abstract void wipe();

    @Test
    void theStoreDoesWhatTheModelSays() {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        log.info("model with -Dholdfast.seed={}", seed);
        for (int run = 0; run < RUNS; run++) {
            begin(seed + run);
            try {
                for (int i = 0; i < STEPS; i++) {
                    step();
                }
                fillTheQueues();
            } catch (AssertionError e) {
                throw new AssertionError(
                        "with -Dholdfast.seed=" + (seed + run) + " after\n" + String.join("\n", steps), e);
            } finally {
                instances.forEach(this::close);
                instances.clear();
            }
        }
    }

    private void begin(long seed) {
        random = new Random(seed);
        ns = new Namespace("model-" + UUID.randomUUID());
        model = new LeaseModel(LIMITS);
        lastEvent = EventId.NONE;
        lastToken = 0;
        steps.clear();
        requests.clear();
        names.clear();
        seen.clear();
        for (int i = 0; i < 3; i++) {
            born(i);
        }
    }

    private void born(int at) {
        instances.add(at, open());
        names.add(at, "instance " + ++instancesBorn);
    }

    private void step() {
        int at = random.nextInt(instances.size());
        LeaseStore store = instances.get(at);
        String name = names.get(at);
        int mood = random.nextInt(100);
        if (mood < 45) {
            ensure(store, name, request());
        } else if (mood < 60) {
            renew(store, name, request());
        } else if (mood < 75) {
            release(store, request());
        } else if (mood < 80) {
            LeaseId id = request().id();
            note("find", id);
            same(done(store.find(ns, id)), model.find(id), id);
        } else if (mood < 84) {
            LeaseId id = request().id();
            note("abandon at " + name, id);
            done(store.abandon(ns, id));
            model.abandon(id, name);
        } else if (mood < 87) {
            note("sweep", "");
            done(store.sweep(ns));
            model.reap();
        } else if (mood < 88) {
            LockName lock = new LockName(random.nextBoolean() ? "a" : "b");
            Duration grace = Duration.ofMillis(random.nextInt(3) * 500L);
            note("break after " + grace, lock);
            assertThat(leases(done(store.revoke(ns, lock, grace)))).isEqualTo(model.revoke(lock, grace));
        } else if (mood < 90) {
            note("dies", name);
            close(instances.remove(at));
            names.remove(at);
            born(at);
        } else if (mood < 91) {
            loseAll();
        } else {
            pass();
        }
        if (random.nextInt(3) == 0) {
            compareLocks(instances.get(at));
        }
        compareEvents(instances.get(at));
    }

    /** Each change is told once; what one call changes, in any order. */
    private void compareEvents(LeaseStore store) {
        List<LeaseEvent> events = done(store.eventsAfter(ns, lastEvent, 1000)).orElseThrow();
        assertThat(events.stream()
                        .map(event -> LeaseModel.said(
                                event.kind(), event.lease(), event.lasted().toMillis(), event.locks())))
                .containsExactlyInAnyOrderElementsOf(model.takeHappened());
        lastEvent = events.isEmpty() ? lastEvent : events.getLast().id();
    }

    /** Later than any token says, or another instance than the one that saw the last would repeat it. */
    private void loseAll() {
        if (random.nextInt(3) == 0) {
            note("loses all", "");
            wipe();
            model.wipe();
            lastEvent = EventId.NONE;
            advance(Duration.ofSeconds(1));
            model.advance(Duration.ofSeconds(1));
        }
    }

    private void ensure(LeaseStore store, String name, LeaseRequest request) {
        int kind = random.nextInt(3);
        Duration wait = kind == 0 ? null : Duration.ofSeconds(kind == 1 ? 0 : 1 + random.nextInt(30));
        note("ensure at " + name + ", wait " + wait, request);
        Patience patience = wait == null ? new Patience.Refuse() : new Patience.Queue(wait);
        same(done(store.ensure(request, patience)), model.ensure(request, wait, null, name), request.id());
    }

    /** A store that has miscounted those who wait refuses too early, or too late. */
    private void fillTheQueues() {
        for (int i = 0; i < 2 * LIMITS.maxQueued(); i++) {
            LeaseId id = new LeaseId(UUID.randomUUID());
            LockSpec lock = new LockSpec(new LockName("fill-" + i % 3), LockMode.EXCLUSIVE);
            LeaseRequest request = request(id, List.of(lock), id.toString(), LeaseStoreContract.ASKER);
            note("ensure at " + names.getFirst() + ", wait PT0S", request);
            same(
                    done(instances.getFirst().ensure(request, new Patience.Queue(Duration.ZERO))),
                    model.ensure(request, Duration.ZERO, null, names.getFirst()),
                    id);
        }
    }

    private void renew(LeaseStore store, String name, LeaseRequest request) {
        Entry entry = model.entry(request.id());
        FencingToken token = entry == null || entry.token == null || random.nextInt(8) == 0
                ? new FencingToken(1 + random.nextInt(5))
                : entry.token;
        LeaseRequest asked = random.nextInt(3) == 0 ? downgraded(request) : request;
        note("renew under " + token, asked);
        same(done(store.renew(asked, token)), model.ensure(asked, null, token, name), asked.id());
    }

    private void release(LeaseStore store, LeaseRequest request) {
        Entry entry = model.entry(request.id());
        FencingToken token = entry == null || random.nextInt(4) > 0 ? null : entry.token;
        note("release under " + token, request.id());
        same(
                done(store.release(ns, request.id(), Optional.ofNullable(token), request.asker())),
                model.release(request.id(), token, request.asker()),
                request.id());
    }

    private void pass() {
        int kind = random.nextInt(10);
        Duration time = Duration.ofMillis(
                kind == 0
                        ? 125_000
                        : kind < 4 ? random.nextInt(20_000) : kind < 7 ? random.nextInt(3_000) : random.nextInt(5));
        note("passes", time);
        advance(time);
        model.advance(time);
    }

    /** One that was sent before, as it was or changed a little, or another. */
    private LeaseRequest request() {
        if (requests.isEmpty() || random.nextInt(100) < 35) {
            LeaseId id = new LeaseId(UUID.randomUUID());
            String owner = random.nextInt(100) < 60 ? id.toString() : "owner-" + random.nextInt(3);
            // Some as the release before left them.
            Asker asker = random.nextInt(10) == 0 ? new Asker("anonymous", false) : LeaseStoreContract.ASKER;
            LeaseRequest fresh = request(id, locks(), owner, asker);
            requests.add(fresh);
            return fresh;
        }
        int newest = requests.size() - 1;
        LeaseRequest known = requests.get(Math.max(0, newest - random.nextInt(12)));
        List<LockSpec> locks = random.nextInt(25) == 0 ? locks() : known.locks();
        String owner = random.nextInt(40) == 0 ? "another" : known.owner().value();
        Asker asker = random.nextInt(20) == 0 ? new Asker("another", random.nextBoolean()) : LeaseStoreContract.ASKER;
        return request(known.id(), locks, owner, asker);
    }

    private LeaseRequest request(LeaseId id, List<LockSpec> locks, String owner, Asker asker) {
        Ttl ttl = new Ttl(Duration.ofMillis(100 + random.nextInt(random.nextBoolean() ? 2_000 : 60_000)));
        String metadata = random.nextInt(4) == 0 ? "{\"n\":" + random.nextInt(2) + "}" : "{}";
        return new LeaseRequest(ns, id, locks, new Owner(owner), asker, ttl, metadata);
    }

    private List<LockSpec> locks() {
        List<LockSpec> locks = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            if (random.nextInt(3) == 0) {
                locks.add(new LockSpec(new LockName(name), mode()));
            }
        }
        if (locks.isEmpty()) {
            locks.add(new LockSpec(new LockName("a"), random.nextBoolean() ? LockMode.EXCLUSIVE : LockMode.SHARED));
        }
        if (random.nextInt(4) == 0) {
            int of = random.nextInt(20) == 0 ? 5 : 4;
            locks.add(new LockSpec(new LockName("p"), new LockMode.Permits(1 + random.nextInt(of), of)));
        }
        return locks;
    }

    private LockMode mode() {
        return switch (random.nextInt(40)) {
            case 0 -> new LockMode.Permits(1, 2);
            default -> random.nextInt(5) < 3 ? LockMode.EXCLUSIVE : LockMode.SHARED;
        };
    }

    private static LeaseRequest downgraded(LeaseRequest request) {
        List<LockSpec> locks = request.locks().stream()
                .map(lock -> lock.mode().equals(LockMode.EXCLUSIVE) ? new LockSpec(lock.name(), LockMode.SHARED) : lock)
                .toList();
        return new LeaseRequest(
                request.namespace(),
                request.id(),
                locks,
                request.owner(),
                request.asker(),
                request.ttl(),
                request.metadata());
    }

    private void same(Outcome outcome, Answer expected, LeaseId id) {
        steps.add("    " + expected);
        assertThat(LeaseModel.told(outcome)).isEqualTo(expected);
        Entry entry = model.entry(id);
        if (outcome instanceof Outcome.Held held && entry != null) {
            if (held.justGranted()) {
                assertThat(held.token().value()).isGreaterThan(lastToken);
                lastToken = held.token().value();
                model.granted(id, held.token());
            }
            assertThat(held.token()).isEqualTo(entry.token);
            same(held.lease(), entry);
        } else if (outcome instanceof Outcome.Waiting waiting && entry != null) {
            same(waiting.lease(), entry);
        }
    }

    private void same(Lease lease, Entry entry) {
        assertThat(lease.id()).isEqualTo(entry.id);
        assertThat(lease.locks()).isEqualTo(entry.locks);
        assertThat(lease.owner()).isEqualTo(entry.owner);
        assertThat(lease.caller()).isEqualTo(entry.caller);
        assertThat(lease.metadata()).isEqualTo(entry.metadata);
        // The countdown has begun to run, on this machine's clock.
        assertThat(lease.expiry().left().toMillis()).isBetween(model.left(entry) - 5_000, model.left(entry));
    }

    private void compareLocks(LeaseStore store) {
        model.reap();
        for (String name : List.of("a", "b", "c", "p")) {
            LockName lock = new LockName(name);
            Optional<LockState> found = done(store.lock(ns, lock));
            Set<LeaseId> offered = ids(model.offered(lock));
            List<LeaseId> queue =
                    model.queue(lock).stream().map(entry -> entry.id).toList();
            assertThat(found.map(state -> leases(state.holders())).orElse(Set.of()))
                    .as("who holds " + name)
                    .isEqualTo(ids(model.holders(lock)));
            List<LeaseId> waiters = found.map(
                            state -> state.waiters().stream().map(Lease::id).toList())
                    .orElse(List.of());
            assertThat(waiters).as("who waits for " + name).hasSize(offered.size() + queue.size());
            assertThat(new HashSet<>(waiters.subList(0, offered.size()))).isEqualTo(offered);
            assertThat(waiters.subList(offered.size(), waiters.size())).isEqualTo(queue);
            found.ifPresent(state -> compareRevision(state, seen.put(lock, state)));
        }
    }

    /** Whoever watches a lock sees every change. */
    private static void compareRevision(LockState state, @Nullable LockState before) {
        if (before == null) {
            return;
        }
        assertThat(state.revision()).isGreaterThanOrEqualTo(before.revision());
        if (!said(state).equals(said(before))) {
            assertThat(state.revision()).isGreaterThan(before.revision());
        }
    }

    private static String said(LockState state) {
        StringBuilder said = new StringBuilder();
        state.holders()
                .forEach(lease -> said.append(lease.id()).append(lease.locks()).append(lease.metadata()));
        state.waiters().forEach(lease -> said.append(lease.id()));
        return said.toString();
    }

    private static Set<LeaseId> ids(List<Entry> entries) {
        Set<LeaseId> ids = new HashSet<>();
        entries.forEach(entry -> ids.add(entry.id));
        return ids;
    }

    private static Set<LeaseId> leases(List<Lease> leases) {
        Set<LeaseId> ids = new HashSet<>();
        leases.forEach(lease -> ids.add(lease.id()));
        return ids;
    }

    private void note(String what, Object about) {
        String text = about instanceof LeaseRequest request
                ? request.id() + " " + request.owner() + " " + request.ttl() + " " + request.locks()
                : about.toString();
        steps.add(what + " " + text);
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
