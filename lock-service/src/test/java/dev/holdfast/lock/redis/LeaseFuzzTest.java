package dev.holdfast.lock.redis;

import static dev.holdfast.lock.core.LeaseStoreContract.ASKER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.TestRedis;
import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.LeaseRequest;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.LeaseStoreContract;
import dev.holdfast.lock.core.Leases;
import dev.holdfast.lock.core.LockMode;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.LockSpec;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.lock.core.Outcome;
import dev.holdfast.lock.core.Owner;
import dev.holdfast.lock.core.Ttl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Many clients at two instances count without any guard but the lock.
 *
 * <p>Some only look on, sharing the lock, and some take permits. They also give up waits, forget to release, ask again while they wait and release what they do not hold. A counter
 * that has lost an increment, or a token out of order, means that two were inside at once.
 */
class LeaseFuzzTest {
    private static final Logger log = LoggerFactory.getLogger(LeaseFuzzTest.class);
    private static final Duration LENGTH = Duration.ofSeconds(5);
    private static final int CLIENTS = 24;
    private static final int LOCKS = 3;
    private static final int PERMITS = 5;
    private static final Ttl WORKING = new Ttl(Duration.ofSeconds(20));
    private static final Ttl FORGOTTEN = new Ttl(Duration.ofMillis(100));
    private static final LeaseRules RULES = TestLinks.rules(1000, 1000, 1000, 1_000_000);

    private final Namespace namespace = new Namespace("fuzz-" + UUID.randomUUID());
    private final List<Guarded> guarded = new ArrayList<>();

    /** What the locks guard, with nothing else that would. */
    private static final class Guarded {
        private int counter;
        private long lastToken;
        private final AtomicInteger readers = new AtomicInteger();
        private final AtomicInteger permits = new AtomicInteger();
        private final AtomicInteger trespasses = new AtomicInteger();
        private final AtomicInteger grants = new AtomicInteger();
        private final AtomicInteger outOfOrder = new AtomicInteger();

        void count(long token) {
            grants.incrementAndGet();
            int read = counter;
            if (token <= lastToken) {
                outOfOrder.incrementAndGet();
            }
            trespasses.addAndGet(readers.get());
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
            lastToken = token;
            counter = read + 1;
        }

        /** Looks at the counter for a while, in which nobody must change it. */
        void look() {
            int read = counter;
            readers.incrementAndGet();
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
            readers.decrementAndGet();
            trespasses.addAndGet(counter == read ? 0 : 1);
        }

        /** Takes some of the permits for a while. */
        void take(int some) {
            trespasses.addAndGet(permits.addAndGet(some) > PERMITS ? 1 : 0);
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
            permits.addAndGet(-some);
        }
    }

    @Test
    void noTwoAreEverInsideAtOnce() throws Exception {
        long seed = Long.getLong("holdfast.seed", System.nanoTime());
        log.info("fuzz with -Dholdfast.seed={}", seed);
        for (int i = 0; i < LOCKS; i++) {
            guarded.add(new Guarded());
        }
        LettuceConnectionFactory here = TestLinks.factory(TestRedis.shared());
        LettuceConnectionFactory there = TestLinks.factory(TestRedis.shared());
        LeaseStore storeHere = TestLinks.store(here, RULES);
        LeaseStore storeThere = TestLinks.store(there, RULES);
        try (Leases leasesHere = new Leases(storeHere, RULES, LeaseStoreContract.EVENTS);
                Leases leasesThere = new Leases(storeThere, RULES, LeaseStoreContract.EVENTS)) {
            TestLinks.awaitConnected(storeHere);
            TestLinks.awaitConnected(storeThere);
            run(seed, leasesHere, leasesThere);
            assertThat(leasesHere.parked() + leasesThere.parked()).isZero();
        } finally {
            TestLinks.close(storeHere);
            TestLinks.close(storeThere);
            here.destroy();
            there.destroy();
        }
        int grants = 0;
        for (Guarded each : guarded) {
            assertThat(each.counter).isEqualTo(each.grants.get());
            assertThat(each.outOfOrder).hasValue(0);
            assertThat(each.trespasses).hasValue(0);
            grants += each.grants.get();
        }
        log.info("fuzz: {} grants, seed {}", grants, seed);
        assertThat(grants).as("a quiet run proves nothing").isGreaterThan(200);
    }

    private void run(long seed, Leases... instances) throws Exception {
        long end = System.nanoTime() + LENGTH.toNanos();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed + i);
                Callable<Void> client = () -> {
                    while (System.nanoTime() < end) {
                        step(random, instances);
                    }
                    return null;
                };
                running.add(clients.submit(client));
            }
            for (Future<Void> each : running) {
                each.get(LENGTH.toSeconds() + 60, TimeUnit.SECONDS);
            }
        }
    }

    private void step(Random random, Leases... instances) throws Exception {
        Leases leases = instances[random.nextInt(instances.length)];
        Leases other = instances[random.nextInt(instances.length)];
        int lock = random.nextInt(LOCKS);
        LeaseId id = new LeaseId(UUID.randomUUID());
        int mood = random.nextInt(100);
        if (mood >= 90) {
            workOnTwo(leases, lock, id);
        } else if (mood >= 80) {
            look(leases, lock, id);
        } else if (mood >= 72) {
            takePermits(leases, random, lock, id);
        } else if (mood < 5) {
            forget(leases, lock, id);
        } else if (mood < 12) {
            giveUp(leases, other, random, lock, id);
        } else if (mood < 15) {
            other.release(namespace, id, Optional.empty(), ASKER)
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            work(leases, lock, id, Duration.ZERO);
        } else if (mood < 30) {
            // Asks at both, as a client does that retries elsewhere.
            CompletableFuture<Outcome> first = other.ensure(request(lock, id, WORKING), Duration.ofSeconds(30));
            work(leases, lock, id, Duration.ofSeconds(30));
            first.get(40, TimeUnit.SECONDS);
        } else {
            work(leases, lock, id, mood < 40 ? Duration.ZERO : Duration.ofSeconds(30));
        }
    }

    /** Counts if it gets the lock, and gives it back. */
    private void work(Leases leases, int lock, LeaseId id, Duration wait) throws Exception {
        Outcome outcome = leases.ensure(request(lock, id, WORKING), wait).get(40, TimeUnit.SECONDS);
        if (outcome instanceof Outcome.Held held) {
            guarded.get(lock).count(held.token().value());
        }
        leases.release(namespace, id, Optional.empty(), ASKER)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    /** Reads what others count under the same lock, and then counts there or not; looks at the next one too. */
    private void look(Leases leases, int lock, LeaseId id) throws Exception {
        int next = (lock + 1) % LOCKS;
        LeaseRequest request = request(id, WORKING, shared(lock), exclusive(next));
        Outcome outcome = leases.ensure(request, Duration.ofSeconds(30)).get(40, TimeUnit.SECONDS);
        if (outcome instanceof Outcome.Held held) {
            guarded.get(lock).look();
            guarded.get(next).count(held.token().value());
            LeaseRequest downgrade = request(id, WORKING, shared(lock), shared(next));
            leases.renew(downgrade, held.token()).toCompletableFuture().get(10, TimeUnit.SECONDS);
            guarded.get(next).look();
        }
        leases.release(namespace, id, Optional.empty(), ASKER)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private void takePermits(Leases leases, Random random, int lock, LeaseId id) throws Exception {
        int some = 1 + random.nextInt(PERMITS);
        LockSpec spec = new LockSpec(new LockName("permits-" + lock), new LockMode.Permits(some, PERMITS));
        Outcome outcome = leases.ensure(request(id, WORKING, spec), Duration.ofSeconds(30))
                .get(40, TimeUnit.SECONDS);
        if (outcome instanceof Outcome.Held) {
            guarded.get(lock).take(some);
        }
        leases.release(namespace, id, Optional.empty(), ASKER)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    /** Counts at two places under one lease. */
    private void workOnTwo(Leases leases, int lock, LeaseId id) throws Exception {
        int next = (lock + 1) % LOCKS;
        Outcome outcome = leases.ensure(request(id, WORKING, exclusive(lock), exclusive(next)), Duration.ofSeconds(30))
                .get(40, TimeUnit.SECONDS);
        if (outcome instanceof Outcome.Held held) {
            guarded.get(lock).count(held.token().value());
            guarded.get(next).count(held.token().value());
        }
        leases.release(namespace, id, Optional.empty(), ASKER)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    /** Takes the lock for a moment, does nothing, and never gives it back. */
    private void forget(Leases leases, int lock, LeaseId id) throws Exception {
        leases.ensure(request(lock, id, FORGOTTEN), Duration.ofSeconds(30)).get(40, TimeUnit.SECONDS);
    }

    /** Waits a little, hangs up, and lets go of its place. */
    private void giveUp(Leases leases, Leases other, Random random, int lock, LeaseId id) throws Exception {
        CompletableFuture<Outcome> wait = leases.ensure(request(lock, id, WORKING), Duration.ofSeconds(30));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(20)));
        wait.cancel(false);
        other.release(namespace, id, Optional.empty(), ASKER)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private LeaseRequest request(int lock, LeaseId id, Ttl ttl) {
        return request(id, ttl, exclusive(lock));
    }

    private LeaseRequest request(LeaseId id, Ttl ttl, LockSpec... locks) {
        return new LeaseRequest(namespace, id, List.of(locks), new Owner(id.toString()), ASKER, ttl, "{}");
    }

    private static LockSpec exclusive(int lock) {
        return new LockSpec(new LockName("lock-" + lock), LockMode.EXCLUSIVE);
    }

    private static LockSpec shared(int lock) {
        return new LockSpec(new LockName("lock-" + lock), LockMode.SHARED);
    }
}
