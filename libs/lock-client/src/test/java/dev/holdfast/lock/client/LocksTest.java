package dev.holdfast.lock.client;

import static dev.holdfast.lock.client.Instance.body;
import static dev.holdfast.lock.client.Instance.breakOff;
import static dev.holdfast.lock.client.Instance.held;
import static dev.holdfast.lock.client.Instance.heldWithoutToken;
import static dev.holdfast.lock.client.Instance.problem;
import static dev.holdfast.lock.client.Instance.released;
import static dev.holdfast.lock.client.Instance.waitingAtOnce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.client.Instance.Call;
import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The starter in a program, before two lock services that answer what each test says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocksTest {
    private static final String LOCK = "stock:sku-1";
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration SHORT_TTL = Duration.ofMillis(900);
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration NO_WAIT = Duration.ZERO;

    private final JsonMapper json = JsonMapper.builder().build();
    private final Instance one;
    private final Instance two;
    private final ConfigurableApplicationContext program;
    private final RemoteLocks locks;
    private final CircuitBreaker breaker;

    LocksTest() throws IOException {
        one = new Instance();
        two = new Instance();
        // Without ejection, or one test's dead instance is left out in the next.
        program = Program.run(
                new int[] {one.port(), two.port()},
                "holdfast.locks.namespace=orders",
                "holdfast.ejection.duration=1ns",
                "logging.level.dev.holdfast=off");
        locks = program.getBean(RemoteLocks.class);
        breaker = program.getBean(CircuitBreakerRegistry.class).circuitBreaker("lock-service");
    }

    @BeforeAll
    void theFirstCallLoadsClasses() {
        both(instance -> instance.onPut(held(1, TTL)).onDelete(released()));
        locks.acquire(LOCK, TTL, WAIT).close();
    }

    @BeforeEach
    void nothingHappenedYet() {
        await().until(() -> locks.pending() == 0);
        both(instance -> instance.onPut(held(1, TTL)).onDelete(released()).forget());
        breaker.reset();
    }

    @AfterAll
    void stop() {
        program.close();
        one.close();
        two.close();
    }

    @Nested
    class Acquiring {

        @Test
        void asksForOneExclusiveLockUnderAFreshId() {
            try (HeldLease lease = locks.acquire(LOCK, TTL, WAIT)) {
                Call put = only(puts());
                JsonNode asked = json.readTree(put.body());

                assertThat(put.path()).isEqualTo("/v1/namespaces/orders/leases/" + lease.id());
                assertThat(put.prefer()).isEqualTo("wait=1");
                assertThat(put.ifMatch()).isNull();
                assertThat(asked).isEqualTo(json.readTree("""
                                {"locks":[{"name":"stock:sku-1","mode":"exclusive"}],"ttl":"PT30S","owner":"program/%s"}
                                """.formatted(lease.id())));
                assertThat(lease.id().version()).isEqualTo(7);
                assertThat(lease.lock()).isEqualTo(LOCK);
                assertThat(lease.fencingToken()).isEqualTo(1);
            }
        }

        @Test
        void asksForSeveralLocksInOneLease() {
            LockSet wanted =
                    LockSet.exclusive("a", "b").and(LockSet.shared("c")).and(LockSet.permits("d", 2, 10));

            try (HeldLease lease = locks.acquire(wanted, TTL, WAIT)) {
                assertThat(json.readTree(only(puts()).body()).path("locks")).isEqualTo(json.readTree("""
                        [{"name":"a","mode":"exclusive"},{"name":"b","mode":"exclusive"},{"name":"c","mode":"shared"},
                         {"name":"d","mode":"permits","permits":2,"of":10}]
                        """));
                assertThat(lease.locks()).isEqualTo(wanted).hasToString("a, b, c (shared), d (2 of 10)");
                assertThat(lease.lock()).isEqualTo("a");
            }
        }

        @Test
        void hasNoFencingTokenWithoutAnExclusiveLock() {
            both(instance -> instance.onPut(heldWithoutToken(7, SHORT_TTL)));

            HeldLease lease = locks.tryAcquire(LockSet.shared(LOCK), SHORT_TTL).orElseThrow();
            await().until(() -> puts().size() >= 2);
            lease.ensureHeld();
            assertThatThrownBy(lease::fencingToken).isInstanceOf(IllegalStateException.class);
            lease.close();

            assertThat(puts()).anyMatch(put -> "\"7\"".equals(put.ifMatch()));
            assertThat(only(deletes()).ifMatch()).isEqualTo("\"7\"");
        }

        @Test
        void isHeardThoughTheProgramBlocksTheCommonPool() {
            CountDownLatch over = new CountDownLatch(1);
            ForkJoinPool pool = ForkJoinPool.commonPool();
            List<ForkJoinTask<?>> blocking = Stream.<ForkJoinTask<?>>generate(
                            () -> pool.submit(() -> over.await(30, TimeUnit.SECONDS)))
                    .limit(pool.getParallelism())
                    .toList();
            try {
                assertThat(locks.tryAcquire(LOCK, TTL).map(LocksTest::closed)).isPresent();
            } finally {
                over.countDown();
                blocking.forEach(ForkJoinTask::join);
            }
        }

        @Test
        void waitsInSlicesUnderOneId() {
            both(instance -> instance.onPut(instance.waiting(), held(7, TTL)));

            try (HeldLease lease = locks.acquire(LOCK, TTL, WAIT)) {
                assertThat(lease.fencingToken()).isEqualTo(7);
                assertThat(puts()).hasSizeGreaterThan(1).allMatch(put -> "wait=1".equals(put.prefer()));
                assertThat(ids(puts())).containsOnly(lease.id());
            }
        }

        @Test
        void doesNotWaitWhenToldNotTo() {
            both(instance -> instance.onPut(problem(ProblemKind.LOCK_HELD)));

            assertThat(locks.tryAcquire(LOCK, TTL)).isEmpty();
            assertThat(failure(NO_WAIT).reason()).isEqualTo(Reason.BUSY);
            assertThat(puts()).hasSize(2).allMatch(put -> put.prefer() == null);
            assertThat(deletes()).isEmpty();
        }

        @Test
        void isBusyAndLeavesTheQueueWhenItsTimeIsOver() {
            both(instance -> instance.onPut(instance.waiting()));

            long start = System.nanoTime();
            LockNotAcquiredException busy = failure(Duration.ofMillis(1200));

            assertThat(since(start)).isBetween(Duration.ofMillis(1150), Duration.ofMillis(2500));
            assertThat(busy.reason()).isEqualTo(Reason.BUSY);
            await().until(() -> ids(deletes()).equals(ids(puts()).subList(0, 1)));
        }

        @Test
        void doesNotSpinBeforeAnInstanceThatIsGoingAway() {
            both(instance -> instance.onPut(waitingAtOnce()));

            failure(Duration.ofSeconds(1));

            assertThat(puts()).hasSizeLessThan(15);
        }

        @Test
        void goesOnUnderTheSameIdAfterTheStoreDidNotConfirm() {
            both(instance -> instance.onPut(problem(ProblemKind.STORE_UNAVAILABLE), held(3, TTL)));

            try (HeldLease lease = locks.acquire(LOCK, TTL, WAIT)) {
                assertThat(puts()).hasSizeGreaterThan(1);
                assertThat(ids(puts())).containsOnly(lease.id());
            }
        }

        @Test
        void isUnavailableWhenNobodyConfirmsAndTellsSoUntilItIsHeard() {
            both(instance -> instance.onPut(problem(ProblemKind.STORE_UNAVAILABLE))
                    .onDelete(problem(ProblemKind.STORE_UNAVAILABLE), released()));

            LockNotAcquiredException unavailable = failure(Duration.ofMillis(600));

            assertThat(unavailable.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(unavailable.problem()).contains("store-unavailable");
            await().until(() -> deletes().size() >= 2 && locks.pending() == 0);
            assertThat(ids(deletes())).containsOnly(ids(puts()).get(0));
        }

        @Test
        void asksAnotherInstanceWhenOneBreaksOff() {
            firstPut(breakOff(), held(1, TTL));

            UUID acquired = closed(locks.tryAcquire(LOCK, TTL).orElseThrow());

            assertThat(ids(one.puts())).containsExactly(acquired);
            assertThat(ids(two.puts())).containsExactly(acquired);
        }

        @Test
        void asksAnotherInstanceHalfASecondAfterTheSliceWhenOneHangs() {
            firstPut(one.hang(), held(1, TTL));

            long start = System.nanoTime();
            UUID acquired = closed(locks.acquire(LOCK, TTL, WAIT));

            assertThat(since(start)).isBetween(Duration.ofMillis(1450), Duration.ofMillis(2500));
            assertThat(ids(one.puts())).containsExactly(acquired);
            assertThat(ids(two.puts())).containsExactly(acquired);
        }

        @Test
        void asksAnotherInstanceWhenAnAnswerStopsComing() {
            firstPut(one.hangInTheBody(), held(1, TTL));

            long start = System.nanoTime();
            UUID acquired = closed(locks.tryAcquire(LOCK, TTL).orElseThrow());

            assertThat(since(start)).isBetween(Duration.ofMillis(950), Duration.ofMillis(2000));
            assertThat(ids(one.puts())).containsExactly(acquired);
            assertThat(ids(two.puts())).containsExactly(acquired);
        }

        @Test
        void isRefusedAtOnceWhenItIsAMistake() {
            both(instance -> instance.onPut(problem(ProblemKind.INVALID_LOCK_NAME)));

            LockNotAcquiredException refused = failure(WAIT);

            assertThat(refused.reason()).isEqualTo(Reason.REFUSED);
            assertThat(refused.problem()).contains("invalid-lock-name");
            assertThat(puts()).hasSize(1);
        }

        @Test
        void isBusyWhenTooManyWait() {
            both(instance -> instance.onPut(problem(ProblemKind.QUEUE_FULL)));

            assertThat(failure(WAIT)).satisfies(busy -> {
                assertThat(busy.reason()).isEqualTo(Reason.BUSY);
                assertThat(busy.problem()).contains("queue-full");
            });
            assertThatThrownBy(() -> locks.tryAcquire(LOCK, TTL)).isInstanceOf(LockNotAcquiredException.class);
        }

        @Test
        void beginsAnewWhenItsPlaceWasLost() {
            both(instance -> instance.onPut(problem(ProblemKind.LEASE_EXPIRED)));
            CompletableFuture<HeldLease> acquiring =
                    CompletableFuture.supplyAsync(() -> locks.acquire(LOCK, TTL, WAIT));
            await().until(() -> !puts().isEmpty());

            both(instance -> instance.onPut(held(5, TTL)));

            HeldLease lease = acquiring.join();
            assertThat(ids(puts())).contains(lease.id()).doesNotHaveDuplicates().hasSizeGreaterThan(1);
            lease.close();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "<html>Welcome</html>",
                    "{}",
                    "{\"id\":\"ID\",\"state\":\"HELD\",\"elapsedMillis\":0,\"expiresInMillis\":30000}",
                    "{\"id\":\"ID\",\"state\":\"HELD\",\"elapsedMillis\":0,\"fencingToken\":4}",
                    "{\"id\":\"ID\",\"state\":\"WAITING\",\"elapsedMillis\":0,\"expiresInMillis\":9,\"fencingToken\":4}",
                    "{\"id\":\"another\",\"state\":\"HELD\",\"elapsedMillis\":0,\"expiresInMillis\":9,\"fencingToken\":4}"
                })
        void neverTakesNonsenseForALock(String nonsense) {
            both(instance -> instance.onPut((call, exchange) ->
                    body(200, nonsense.replace("ID", call.id())).answer(call, exchange)));

            assertThat(failure(NO_WAIT).reason()).isEqualTo(Reason.UNAVAILABLE);
            await().until(() -> ids(deletes()).equals(ids(puts())));
        }

        @Test
        void neverTakesALeaseThatIsOverAlready() {
            both(instance -> instance.onPut(instance.after(Duration.ofMillis(300), held(4, Duration.ofMillis(200)))));

            assertThat(failure(NO_WAIT).reason()).isEqualTo(Reason.UNAVAILABLE);
            await().until(() -> !deletes().isEmpty());
        }

        @Test
        void endsWhenItsThreadIsInterrupted() {
            both(instance -> instance.onPut(instance.waiting()));
            CompletableFuture<Boolean> stillInterrupted = new CompletableFuture<>();
            Thread waiter = new Thread(() -> {
                failure(WAIT);
                stillInterrupted.complete(Thread.currentThread().isInterrupted());
            });
            waiter.start();
            await().until(() -> !puts().isEmpty());

            waiter.interrupt();

            await().atMost(Duration.ofSeconds(1)).until(stillInterrupted::isDone);
            assertThat(stillInterrupted.join()).isTrue();
            await().until(() -> !deletes().isEmpty());
            assertThat(puts()).hasSize(1);
        }
    }

    @Nested
    class Holding {

        @Test
        void countsTheTimeFromTheSendingOfTheRequestThatWasAnswered() {
            Duration tenSeconds = Duration.ofSeconds(10);
            firstPut(one.hang(), two.after(Duration.ofMillis(300), held(1, tenSeconds)));

            try (HeldLease lease = locks.tryAcquire(LOCK, tenSeconds).orElseThrow()) {
                // 0.98 of it less the 300 ms, though another instance hung for a second before.
                assertThat(lease.remaining()).isBetween(Duration.ofMillis(8900), Duration.ofMillis(9500));
            }
            assertThat(puts()).hasSize(2);
        }

        @Test
        void renewsUnderItsTokenUntilItIsClosed() {
            both(instance -> instance.onPut(held(9, SHORT_TTL)));
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);

            await().until(() -> puts().size() >= 5);
            lease.ensureHeld();
            assertThat(lease.remaining()).isPositive();
            assertThat(puts()).filteredOn(put -> put.prefer() != null).hasSize(1);
            assertThat(puts()).filteredOn(put -> put.prefer() == null).allMatch(put -> "\"9\"".equals(put.ifMatch()));
            assertThat(ids(puts())).containsOnly(lease.id());

            lease.close();
            int renewals = puts().size();

            await().until(() -> locks.pending() == 0);
            Call delete = only(deletes());
            assertThat(delete.id()).isEqualTo(lease.id().toString());
            assertThat(delete.ifMatch()).isEqualTo("\"9\"");
            await().during(SHORT_TTL).atMost(SHORT_TTL.multipliedBy(3)).until(() -> puts().size() <= renewals + 1);
            assertThat(lease.remaining()).isZero();
            assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
        }

        @Test
        void survivesAStoreThatIsAwayForAMoment() {
            both(instance -> instance.onPut(
                    held(9, SHORT_TTL), problem(ProblemKind.STORE_UNAVAILABLE), breakOff(), held(9, SHORT_TTL)));
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);

            await().until(() -> puts().size() >= 9);

            lease.ensureHeld();
            lease.close();
        }

        @Test
        void survivesAnInstanceThatHangs() {
            Duration ttl = Duration.ofSeconds(2);
            both(instance -> instance.onPut(held(9, ttl)));
            HeldLease lease = locks.acquire(LOCK, ttl, WAIT);
            one.onPut(one.hang());
            one.forget();
            two.forget();

            await().until(() -> !one.puts().isEmpty() && two.puts().size() >= 3);

            lease.ensureHeld();
            lease.close();
        }

        @ParameterizedTest
        @EnumSource(names = {"LEASE_EXPIRED", "LEASE_REVOKED", "LEASE_RELEASED", "STALE_TOKEN", "LEASE_UNKNOWN"})
        void isLostAtOnceWhenTheServiceSaysSo(ProblemKind ending) {
            both(instance -> instance.onPut(held(9, SHORT_TTL)));
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);
            both(instance -> instance.onPut(problem(ending)));

            // Long before the deadline of the last renewal.
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofMillis(700))
                    .until(() -> lease.remaining().isZero());

            assertThatThrownBy(lease::ensureHeld)
                    .isInstanceOf(LeaseLostException.class)
                    .hasMessageContaining(ending.slug());
            assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class);
            assertThatCode(lease::close).doesNotThrowAnyException();
            await().until(() -> locks.pending() == 0);
            assertThat(deletes()).isEmpty();
        }

        @Test
        void isLostAtItsDeadlineWhenNobodyConfirms() {
            both(instance -> instance.onPut(held(9, SHORT_TTL), problem(ProblemKind.STORE_UNAVAILABLE)));
            long start = System.nanoTime();
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);
            both(instance -> instance.onPut(problem(ProblemKind.STORE_UNAVAILABLE)));

            await().pollInterval(Duration.ofMillis(10))
                    .until(() -> lease.remaining().isZero());

            assertThat(since(start)).isBetween(Duration.ofMillis(850), Duration.ofMillis(1500));
            assertThatThrownBy(lease::ensureHeld).isInstanceOf(LeaseLostException.class);
            // Nobody needs it any more: others need not wait out what the service thinks is left.
            await().until(() -> !deletes().isEmpty());
            assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class);
        }
    }

    @Nested
    class Renewing {

        @Test
        void isNotHeldUpByThoseThatHang() {
            Duration longTtl = Duration.ofSeconds(4);
            Duration shortTtl = Duration.ofSeconds(2);
            both(instance -> instance.onPut((call, exchange) -> {
                boolean isShort = call.body().contains("PT2S");
                Instance.Script answer =
                        call.ifMatch() == null || isShort ? held(9, isShort ? shortTtl : longTtl) : instance.hang();
                answer.answer(call, exchange);
            }));
            List<HeldLease> hanging = Stream.generate(() -> locks.acquire(LOCK, longTtl, WAIT))
                    .limit(2L * RenewalLanes.LANES)
                    .toList();
            HeldLease lease = locks.acquire(LOCK, shortTtl, WAIT);

            await().atMost(Duration.ofSeconds(20)).until(() -> hanging.stream()
                    .allMatch(each -> each.remaining().isZero()));

            lease.ensureHeld();
            lease.close();
            hanging.forEach(each -> assertThatThrownBy(each::close).isInstanceOf(LeaseLostException.class));
            await().until(() -> ids(deletes()).containsAll(ids(puts())));
        }
    }

    @Nested
    class Forgetting {

        @Test
        void isNoticedAndReleasesTheLock() {
            UUID forgotten = locks.acquire(LOCK, TTL, WAIT).id();

            await().until(() -> {
                System.gc();
                return !deletes().isEmpty();
            });

            assertThat(ids(deletes())).containsOnly(forgotten);
            await().until(() -> locks.pending() == 0);
        }

        @Test
        void ofOneHandleLeavesTheLockToTheOther() {
            HeldLease outer = locks.acquire(LOCK, TTL, WAIT);
            WeakReference<HeldLease> forgotten = new WeakReference<>(outer.reenter());

            await().until(() -> {
                System.gc();
                return forgotten.get() == null;
            });
            outer.ensureHeld();
            assertThat(deletes()).isEmpty();
            outer.close();

            await().until(() -> deletes().size() == 1);
        }
    }

    @Nested
    class Losing {
        private final List<LeaseLostException> told = new CopyOnWriteArrayList<>();

        @Test
        void callsBackOnceAtTheDeadlineThoughNobodyAsks() {
            firstPut(held(9, SHORT_TTL), one.hang());
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);
            lease.onLost(told::add);

            await().until(() -> !told.isEmpty());

            assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class);
            assertThat(told).hasSize(1);
            assertThat(told.get(0)).hasMessageContaining("not renewed in time");
        }

        @Test
        void callsBackAtOnceWhenItIsLostAlready() {
            HeldLease lease = lost();

            lease.onLost(told::add);

            await().until(() -> told.size() == 1);
        }

        @Test
        void neverCallsBackOnceTheHandleIsClosed() {
            both(instance -> instance.onPut(held(9, SHORT_TTL)));
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);
            HeldLease inner = lease.reenter();
            inner.onLost(told::add);
            inner.close();
            inner.onLost(told::add);
            both(instance -> instance.onPut(problem(ProblemKind.LEASE_REVOKED)));
            List<LeaseLostException> outer = new CopyOnWriteArrayList<>();
            lease.onLost(outer::add);

            await().until(() -> !outer.isEmpty());

            assertThat(told).isEmpty();
        }

        @Test
        void interruptsTheWorkingThreadWhenAskedTo() throws InterruptedException {
            both(instance -> instance.onPut(held(9, SHORT_TTL)));
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);
            lease.interruptOnLoss();
            both(instance -> instance.onPut(problem(ProblemKind.LEASE_REVOKED)));

            assertThatThrownBy(() -> new CountDownLatch(1).await(10, TimeUnit.SECONDS))
                    .isInstanceOf(InterruptedException.class);
            assertThatThrownBy(lease::close).isInstanceOf(LeaseLostException.class);
        }

        private HeldLease lost() {
            both(instance -> instance.onPut(held(9, SHORT_TTL)));
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);
            both(instance -> instance.onPut(problem(ProblemKind.LEASE_REVOKED)));
            await().until(() -> lease.remaining().isZero());
            return lease;
        }
    }

    @Nested
    class Entering {

        @Test
        void releasesAtTheLastClose() {
            HeldLease outer = locks.acquire(LOCK, TTL, WAIT);
            HeldLease inner = outer.reenter();

            inner.close();
            inner.close();
            assertThatThrownBy(inner::ensureHeld).isInstanceOf(LeaseLostException.class);
            assertThatThrownBy(inner::reenter).isInstanceOf(LeaseLostException.class);
            outer.ensureHeld();
            assertThat(deletes()).isEmpty();

            outer.close();
            assertThat(deletes()).hasSize(1);
            assertThat(puts()).hasSize(1);
        }

        @Test
        void mayOutliveWhomItEnteredBy() {
            HeldLease outer = locks.acquire(LOCK, TTL, WAIT);
            HeldLease inner = outer.reenter();

            outer.close();
            inner.ensureHeld();
            assertThat(inner.fencingToken()).isEqualTo(1);
            assertThat(deletes()).isEmpty();

            inner.close();
            assertThat(deletes()).hasSize(1);
        }

        @Test
        void tellsEachThatTheLeaseWasLost() {
            both(instance -> instance.onPut(held(9, SHORT_TTL)));
            HeldLease outer = locks.acquire(LOCK, SHORT_TTL, WAIT);
            HeldLease inner = outer.reenter();
            both(instance -> instance.onPut(problem(ProblemKind.LEASE_REVOKED)));
            await().until(() -> outer.remaining().isZero());

            assertThatThrownBy(inner::close).isInstanceOf(LeaseLostException.class);
            assertThatThrownBy(outer::close).isInstanceOf(LeaseLostException.class);
        }
    }

    @Nested
    class Closing {

        @Test
        void worksOnAnotherThreadAndOnlyOnce() {
            HeldLease lease = locks.acquire(LOCK, TTL, WAIT);

            CompletableFuture.runAsync(lease::close).join();
            lease.close();

            assertThat(deletes()).hasSize(1);
        }

        @Test
        void tellsThatTheLeaseWasLost() {
            both(instance -> instance.onDelete(problem(ProblemKind.LEASE_EXPIRED)));
            HeldLease lease = locks.acquire(LOCK, TTL, WAIT);

            assertThatThrownBy(lease::close)
                    .isInstanceOf(LeaseLostException.class)
                    .hasMessageContaining("lease-expired");
        }

        @Test
        void goesOnInTheBackgroundWhenTheStoreIsAway() {
            both(instance -> instance.onDelete(problem(ProblemKind.STORE_UNAVAILABLE), released()));
            HeldLease lease = locks.acquire(LOCK, TTL, WAIT);

            lease.close();

            await().until(() -> deletes().size() >= 2 && locks.pending() == 0);
            assertThat(ids(deletes())).containsOnly(lease.id());
        }

        @Test
        void releasesThoughItsThreadIsInterrupted() {
            HeldLease lease = locks.acquire(LOCK, TTL, WAIT);

            Thread.currentThread().interrupt();
            lease.close();

            assertThat(Thread.interrupted()).isTrue();
            await().until(() -> !deletes().isEmpty());
        }
    }

    @Nested
    class Breaking {

        @Test
        void opensWhenTheServiceDoesNotConfirmAndRefusesNewcomersAtOnce() {
            openTheBreaker();
            one.forget();
            two.forget();

            LockNotAcquiredException refused = failure(WAIT);

            assertThat(refused.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(puts()).isEmpty();
            assertThat(deletes()).isEmpty();
        }

        @Test
        void neverKeepsARenewalOrAReleaseFromTheService() {
            both(instance -> instance.onPut(held(2, SHORT_TTL)));
            HeldLease lease = locks.acquire(LOCK, SHORT_TTL, WAIT);
            breaker.transitionToForcedOpenState();
            one.forget();
            two.forget();

            await().until(() -> puts().size() >= 3);
            lease.ensureHeld();
            lease.close();

            assertThat(deletes()).hasSize(1);
        }

        @Test
        void letsAWaiterKeepItsPlace() {
            both(instance -> instance.onPut(instance.waiting()));
            CompletableFuture<HeldLease> waiter = CompletableFuture.supplyAsync(() -> locks.acquire(LOCK, TTL, WAIT));
            await().until(() -> !puts().isEmpty());

            breaker.transitionToOpenState();
            both(instance -> instance.onPut(held(2, TTL)));

            waiter.join().close();
            assertThat(ids(puts()))
                    .hasSize(puts().size())
                    .containsOnly(ids(puts()).get(0));
        }

        @Test
        void closesWhenTheServiceIsBack() {
            openTheBreaker();
            both(instance -> instance.onPut(held(2, TTL)));

            await().atMost(Duration.ofSeconds(4)).until(() -> {
                acquiredOrNull();
                return breaker.getState() == CircuitBreaker.State.CLOSED;
            });
        }

        @Test
        void doesNotCountMistakesOrBusyLocksAsFailures() {
            both(instance -> instance.onPut(problem(ProblemKind.INVALID_TTL)));
            for (int i = 0; i < 12; i++) {
                failure(NO_WAIT);
            }
            both(instance -> instance.onPut(problem(ProblemKind.LOCK_HELD)));
            for (int i = 0; i < 12; i++) {
                failure(NO_WAIT);
            }

            assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
            assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
        }

        private void openTheBreaker() {
            both(instance -> instance.onPut(problem(ProblemKind.STORE_UNAVAILABLE)));
            await().until(() -> {
                acquiredOrNull();
                return breaker.getState() == CircuitBreaker.State.OPEN;
            });
        }

        private @Nullable UUID acquiredOrNull() {
            try {
                return locks.tryAcquire(LOCK, TTL).map(LocksTest::closed).orElse(null);
            } catch (LockNotAcquiredException e) {
                return null;
            }
        }
    }

    @FunctionalInterface
    private interface Setup {
        void on(Instance instance);
    }

    private void both(Setup setup) {
        setup.on(one);
        setup.on(two);
    }

    /** The first PUT is answered in one way, whoever gets it, and all others in another. */
    private void firstPut(Instance.Script first, Instance.Script others) {
        AtomicBoolean come = new AtomicBoolean();
        both(instance ->
                instance.onPut((call, exchange) -> (come.getAndSet(true) ? others : first).answer(call, exchange)));
    }

    private LockNotAcquiredException failure(Duration waitUpTo) {
        return catchThrowableOfType(LockNotAcquiredException.class, () -> locks.acquire(LOCK, TTL, waitUpTo));
    }

    private List<Call> puts() {
        return Stream.concat(one.puts().stream(), two.puts().stream()).toList();
    }

    private List<Call> deletes() {
        return Stream.concat(one.deletes().stream(), two.deletes().stream()).toList();
    }

    private static Call only(List<Call> calls) {
        assertThat(calls).hasSize(1);
        return calls.get(0);
    }

    private static List<UUID> ids(List<Call> calls) {
        return calls.stream().map(call -> UUID.fromString(call.id())).toList();
    }

    private static UUID closed(HeldLease lease) {
        lease.close();
        return lease.id();
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
