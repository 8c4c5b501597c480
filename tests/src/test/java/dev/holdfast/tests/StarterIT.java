package dev.holdfast.tests;

import static dev.holdfast.tests.StarterProgram.LIMIT;
import static dev.holdfast.tests.StarterProgram.ROUNDS;
import static dev.holdfast.tests.StarterProgram.TTL;
import static dev.holdfast.tests.StarterProgram.patiently;
import static dev.holdfast.tests.StarterProgram.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import dev.holdfast.lock.client.HeldLease;
import dev.holdfast.lock.client.Locks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.integration.support.locks.DistributedLock;
import org.springframework.integration.support.locks.LockRegistry;

/** Two programs with the starter and without a registry: one asks the gateway, the other the lock services themselves. */
@ExtendWith(SharedSuite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StarterIT {
    private final StarterProgram one;
    private final StarterProgram two;

    StarterIT(Suite suite) throws IOException {
        String namespace = "starter-" + UUID.randomUUID();
        one = new StarterProgram(suite, namespace, List.of(suite.gateway()));
        two = new StarterProgram(
                suite,
                namespace,
                suite.lockServices().stream().map(Instance::uri).toList());
    }

    @AfterAll
    void stop() {
        one.close();
        two.close();
    }

    @Nested
    class ItsLocks {
        private final String name = UUID.randomUUID().toString();
        private final Locks mine = one.bean(Locks.class);
        private final Locks theirs = two.bean(Locks.class);

        @Test
        void areHeldPastTheirTtlUntilTheyAreReleased() {
            HeldLease lease = patiently(() -> mine.acquire(name, Duration.ofSeconds(5), LIMIT));

            await().during(Duration.ofSeconds(7))
                    .atMost(LIMIT)
                    .until(() -> patiently(() -> theirs.tryAcquire(name, TTL)).isEmpty());
            lease.ensureHeld();
            lease.close();

            try (HeldLease next = patiently(() -> theirs.acquire(name, TTL, LIMIT))) {
                assertThat(next.fencingToken()).isGreaterThan(lease.fencingToken());
            }
        }

        @Test
        void areOneHoldersAtATimeInTheOrderOfTheirTokens() throws Exception {
            List<Long> unguarded = new ArrayList<>();

            together(mine, theirs, locks -> {
                try (HeldLease lease = patiently(() -> locks.acquire(name, TTL, LIMIT))) {
                    unguarded.add(lease.fencingToken());
                }
            });

            assertThat(unguarded).hasSize(ROUNDS).doesNotHaveDuplicates().isSorted();
        }
    }

    @Nested
    class SpringIntegrationsLocks {
        /** No name of the lock service's, as keys of Spring Integration often are none. */
        private final String key = "orders/" + UUID.randomUUID();

        private final LockRegistry<DistributedLock> mine = registry(one);
        private final LockRegistry<DistributedLock> theirs = registry(two);

        @Test
        void areHeldByOneThreadThatMayLockThemAgain() throws Exception {
            DistributedLock lock = locked(mine);
            assertThat(mine.obtain(key).tryLock()).isTrue();
            assertThat(isFree(theirs)).isFalse();
            assertThat(isFreeForAnotherThread()).isFalse();
            assertThatThrownBy(() -> theirs.obtain(key).unlock()).isInstanceOf(IllegalMonitorStateException.class);

            lock.unlock();
            assertThat(isFree(theirs)).isFalse();
            lock.unlock();

            assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
            assertThat(patiently(() -> theirs.executeLocked(key, () -> isFree(mine))))
                    .isFalse();
        }

        @Test
        void areWaitedForThoughTheThreadIsInterrupted() throws Exception {
            DistributedLock lock = locked(mine);
            CompletableFuture<Boolean> interruptedThen = new CompletableFuture<>();
            Thread patient = Thread.ofVirtual().start(() -> {
                DistributedLock next = theirs.obtain(key);
                next.lock();
                try {
                    interruptedThen.complete(Thread.currentThread().isInterrupted());
                } finally {
                    next.unlock();
                }
            });

            patient.interrupt();
            assertThat(interruptedThen).isNotDone();
            lock.unlock();

            assertThat(interruptedThen.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }

        @Test
        void areNotWaitedForIfAnInterruptIsToEndTheWait() {
            DistributedLock lock = mine.obtain(key);

            Thread.currentThread().interrupt();

            assertThatThrownBy(lock::lockInterruptibly).isInstanceOf(InterruptedException.class);
            assertThat(Thread.interrupted()).isFalse();
        }

        @Test
        void guardWhatNothingElseGuards() throws Exception {
            List<Integer> unguarded = new ArrayList<>();

            together(mine, theirs, registry -> {
                DistributedLock lock = locked(registry);
                unguarded.add(unguarded.size());
                lock.unlock();
            });

            assertThat(unguarded).hasSize(ROUNDS).doesNotHaveDuplicates().isSorted();
        }

        private DistributedLock locked(LockRegistry<DistributedLock> registry) {
            DistributedLock lock = registry.obtain(key);
            assertThat(patiently(() -> lock.tryLock(LIMIT, TTL))).isTrue();
            return lock;
        }

        private boolean isFree(LockRegistry<DistributedLock> registry) {
            return patiently(() -> registry.obtain(key).tryLock(Duration.ofMillis(300), TTL));
        }

        private boolean isFreeForAnotherThread() throws Exception {
            return CompletableFuture.supplyAsync(() -> isFree(mine)).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        @SuppressWarnings("unchecked")
        private static LockRegistry<DistributedLock> registry(StarterProgram program) {
            return program.bean(LockRegistry.class);
        }
    }
}
