package dev.holdfast.lock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import kotlin.coroutines.Continuation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.web.context.request.async.DeferredResult;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

class LockedTest {
    private final AnnotationConfigApplicationContext program =
            new AnnotationConfigApplicationContext(Program.class, LockedAutoConfiguration.class);
    private final MemoryLocks locks = program.getBean(MemoryLocks.class);
    private final Stock stock = program.getBean(Stock.class);
    private final List<String> events = locks.events;

    @AfterEach
    void stop() {
        program.close();
    }

    @Test
    void aMethodRunsUnderItsLock() {
        assertThat(stock.reserve("sku-1")).isEqualTo("token 1");

        assertThat(events).containsExactly("acquire stock:sku-1 PT3S PT5S", "work", "release stock:sku-1");
    }

    @Test
    void aMethodThatThrowsReleasesItsLock() {
        assertThatThrownBy(() -> stock.fail("sku-1")).hasMessage("failed");

        assertThat(events).containsExactly("acquire a PT3S PT0S", "release a");
    }

    @Test
    void theCallerHearsThatTheLockWasLostMeanwhile() {
        assertThatThrownBy(() -> stock.lose(locks)).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void aNameTakesWhatTheArgumentsSay() {
        stock.several(new Order("sku-1", 7), Map.of("zone", "eu"));

        assertThat(events).first().isEqualTo("acquire stock:sku-1, order-7:eu PT0.5S PT0S");
    }

    @Test
    void aParametersNameGoesBeforeAnothersNumber() {
        stock.swapped("first", "second");

        assertThat(events).first().isEqualTo("acquire first-second PT3S PT0S");
    }

    @Test
    void aLossDoesNotHideWhatFailedBefore() {
        locks.lose();

        assertThatThrownBy(() -> stock.fail("sku-1")).hasMessage("failed");
        assertThatThrownBy(() -> stock.future(null)).hasMessage("no work");
        assertThatThrownBy(() -> stock.mono(Mono.error(new IllegalStateException("failed")))
                        .block())
                .hasMessage("failed");
    }

    @Test
    void aLockIsReleasedAfterTheCommit() {
        stock.commit("sku-1");

        assertThat(events).containsExactly("acquire a PT3S PT0S", "begin", "work", "commit", "release a");
    }

    @Test
    void aCallFromWithinTheSameObjectTakesNoLock() {
        stock.callItself("sku-1");

        assertThat(events).containsExactly("work");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#{T(java.lang.Runtime).getRuntime()}",
                "${jndi:ldap://x}",
                "'+#locks+'",
                "a}#{#p0",
                "@locks",
                "new java.io.File('x')"
            })
    void whatAnArgumentSaysIsDataWhateverItLooksLike(String sku) {
        stock.reserve(sku);

        assertThat(events).first().isEqualTo("acquire stock:" + sku + " PT3S PT5S");
    }

    @Test
    void anExpressionSeesNothingButTheArguments() {
        assertThatThrownBy(() -> stock.type("x")).isInstanceOf(EvaluationException.class);
        assertThatThrownBy(() -> stock.bean("x")).isInstanceOf(SpelEvaluationException.class);
        assertThatThrownBy(() -> stock.constructor("x")).isInstanceOf(SpelEvaluationException.class);
        assertThatThrownBy(() -> stock.method("x")).isInstanceOf(SpelEvaluationException.class);
        assertThatThrownBy(() -> stock.assignment(new Box())).isInstanceOf(SpelEvaluationException.class);

        assertThat(events).isEmpty();
    }

    @Test
    void aNameIsNeverLeftWithAHole() {
        assertThatThrownBy(() -> stock.reserve("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stock.several(new Order(null, 7), Map.of("zone", "eu")))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(events).isEmpty();
    }

    @Test
    void aFuturesLockIsHeldUntilItCompletes() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletableFuture<String> result = stock.future(work);
        assertThat(events).containsExactly("acquire a PT3S PT0S");

        work.complete("done");

        assertThat(result.join()).isEqualTo("done");
        assertThat(events).endsWith("release a");
    }

    @Test
    void aFutureThatFailsReleasesItsLock() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletionStage<String> result = stock.stage(work);

        work.completeExceptionally(new IllegalStateException("failed"));

        assertThat(result.toCompletableFuture()).isCompletedExceptionally();
        assertThat(events).endsWith("release a");
        assertThatThrownBy(() -> stock.future(null)).isInstanceOf(IllegalStateException.class);
        assertThat(events).endsWith("acquire a PT3S PT0S", "release a");
    }

    @Test
    void whoCancelsAFutureCancelsTheWorkAndItsLockIsReleased() {
        CompletableFuture<String> work = new CompletableFuture<>();

        stock.future(work).cancel(true);

        assertThat(work).isCancelled();
        assertThat(events).endsWith("release a");
    }

    @Test
    void aMonosLockIsTakenForEachSubscriptionAndHeldUntilItCompletes() {
        Sinks.One<String> work = Sinks.one();
        Mono<String> result = stock.mono(work.asMono());
        assertThat(events).isEmpty();

        CompletableFuture<@Nullable String> first = result.toFuture();
        await().until(() -> events.size() == 2);
        assertThat(events).containsExactly("acquire a PT3S PT0S", "work under 1");
        work.tryEmitValue("done");

        assertThat(first.join()).isEqualTo("done");
        assertThat(events).endsWith("release a");
        assertThat(result.block()).isEqualTo("done");
        assertThat(events).hasSize(6).endsWith("acquire a PT3S PT0S", "work under 2", "release a");
    }

    @Test
    void aMonoThatFailsReleasesItsLock() {
        assertThatThrownBy(() -> stock.mono(Mono.error(new IllegalStateException("failed")))
                        .block())
                .hasMessage("failed");

        assertThat(events).endsWith("release a");
    }

    @Test
    void aMonoThatIsCancelledReleasesItsLock() {
        Disposable waiting = stock.mono(Mono.never()).subscribe();
        await().until(() -> events.size() == 2);

        waiting.dispose();

        await().until(() -> events.contains("release a"));
    }

    @Test
    void aMonoThatIsCancelledWhileItWaitsKeepsNoLock() {
        locks.occupy();
        Disposable waiting = stock.mono(Mono.never()).subscribe();
        await().until(() -> events.size() == 1);

        waiting.dispose();
        locks.free();

        await().until(() -> events.contains("release a"));
        assertThat(events).containsExactly("acquire a PT3S PT0S", "release a");
    }

    @Test
    void howeverManyMonosWaitForALockItIsReleased() {
        Sinks.One<String> work = Sinks.one();
        CompletableFuture<@Nullable String> holder = stock.mono(work.asMono()).toFuture();
        await().until(() -> events.size() == 2);
        locks.occupy();
        int waiters = 2 * Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE;
        for (int i = 0; i < waiters; i++) {
            stock.mono(Mono.just("next")).subscribe();
        }
        await().until(() -> events.size() == 2 + waiters);

        work.tryEmitValue("done");

        assertThat(holder).succeedsWithin(Duration.ofSeconds(10));
        assertThat(events).endsWith("release a");
        locks.free();
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                ReturnsAFlux.class,
                ReturnsACallable.class,
                ReturnsADeferredResult.class,
                Suspends.class,
                HasAPrivateMethodToo.class,
                HasAStaticMethod.class,
                HasAFinalMethod.class,
                HasABadDuration.class,
                HasABadExpression.class
            })
    void whatCannotWorkIsRefusedAtTheStart(Class<?> bad) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LockedAutoConfiguration.class))
                .withUserConfiguration(Program.class, bad)
                .run(starting -> assertThat(starting).hasFailed());
    }

    @Test
    void whatIsDeclaredAnObjectIsHeldUntilItCompletesIfItIsAStage() {
        CompletableFuture<String> work = new CompletableFuture<>();

        Object result = stock.any(work);

        assertThat(events).containsExactly("acquire a PT3S PT0S");
        work.complete("done");
        assertThat((CompletableFuture<?>) result).isCompletedWithValueMatching("done"::equals);
        assertThat(events).endsWith("release a");
        assertThat(stock.any("there")).isEqualTo("there");
        assertThat(events).hasSize(4).endsWith("release a");
    }

    @Test
    void whatIsDeclaredAnObjectAndTurnsOutToBeAStreamFailsAndHoldsNoLock() {
        assertThatThrownBy(() -> stock.any(Flux.empty()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("any(java.lang.Object)");
        assertThat(events).endsWith("release a");
    }

    record Order(@Nullable String sku, int number) {}

    static class Box {
        private String value = "before";

        public String getValue() {
            return value;
        }

        public void setValue(String value) {
            this.value = value;
        }
    }

    static class Stock {
        private final List<String> events;

        Stock(MemoryLocks locks) {
            this.events = locks.events;
        }

        @Locked(value = "stock:#{#sku}", ttl = "3s", waitUpTo = "5s")
        public String reserve(String sku) {
            events.add("work");
            HeldLease lease = CurrentLease.ofThread();
            return lease == null ? "no lease" : "token " + lease.fencingToken();
        }

        public void callItself(String sku) {
            reserve(sku);
        }

        @Locked(value = "a", ttl = "3s")
        public void fail(String sku) {
            throw new IllegalStateException("failed");
        }

        @Locked(value = "a", ttl = "3s")
        public void lose(MemoryLocks locks) {
            locks.lose();
        }

        @Locked(
                value = {"stock:#{#order.sku}", "order-#{#p0.number}:#{#tags['zone']}"},
                ttl = "500ms")
        public void several(Order order, Map<String, String> tags) {}

        @Locked(value = "#{#p1}-#{#p0}", ttl = "3s")
        public void swapped(String p1, String p0) {}

        @Transactional
        @Locked(value = "a", ttl = "3s")
        public void commit(String sku) {
            events.add("work");
        }

        @Locked(value = "#{T(java.lang.System).getenv()}", ttl = "3s")
        public void type(String sku) {}

        @Locked(value = "#{@locks}", ttl = "3s")
        public void bean(String sku) {}

        @Locked(value = "#{new java.io.File(#sku)}", ttl = "3s")
        public void constructor(String sku) {}

        @Locked(value = "#{#sku.toUpperCase()}", ttl = "3s")
        public void method(String sku) {}

        @Locked(value = "#{#box.value = 'after'}", ttl = "3s")
        public void assignment(Box box) {}

        @Locked(value = "a", ttl = "3s")
        public CompletableFuture<String> future(@Nullable CompletableFuture<String> work) {
            if (work == null) {
                throw new IllegalStateException("no work");
            }
            return work;
        }

        @Locked(value = "a", ttl = "3s")
        public Object any(Object result) {
            return result;
        }

        @Locked(value = "a", ttl = "3s")
        public CompletionStage<String> stage(CompletionStage<String> work) {
            return work;
        }

        @Locked(value = "a", ttl = "3s")
        public Mono<String> mono(Mono<String> work) {
            return Mono.deferContextual(context -> {
                events.add(
                        "work under " + context.<HeldLease>get(CurrentLease.KEY).fencingToken());
                return work;
            });
        }
    }

    static class ReturnsAFlux {
        @Locked(value = "a", ttl = "3s")
        public Flux<String> flux() {
            return Flux.empty();
        }
    }

    static class ReturnsACallable {
        @Locked(value = "a", ttl = "3s")
        public Callable<String> callable() {
            return () -> "later";
        }
    }

    static class ReturnsADeferredResult {
        @Locked(value = "a", ttl = "3s")
        public DeferredResult<String> deferred() {
            return new DeferredResult<>();
        }
    }

    /** What Kotlin's compiler makes of a suspending function. */
    static class Suspends {
        @Locked(value = "a", ttl = "3s")
        public Object suspends(Continuation<String> rest) {
            return rest;
        }
    }

    static class HasAPrivateMethodToo {
        @Locked(value = "a", ttl = "3s")
        public void work() {
            hidden();
        }

        @Locked(value = "a", ttl = "3s")
        private void hidden() {}
    }

    static class HasAStaticMethod {
        @Locked(value = "a", ttl = "3s")
        public static void work() {}
    }

    static class HasAFinalMethod {
        @Locked(value = "a", ttl = "3s")
        public final void work() {}
    }

    static class HasABadDuration {
        @Locked(value = "a", ttl = "soon")
        public void work() {}
    }

    static class HasABadExpression {
        @Locked(value = "#{#", ttl = "3s")
        public void work() {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Program {

        @Bean
        MemoryLocks locks() {
            return new MemoryLocks();
        }

        @Bean
        Stock stock(MemoryLocks locks) {
            return new Stock(locks);
        }

        @Bean
        PlatformTransactionManager transactions(MemoryLocks locks) {
            return new RecordedTransactions(locks.events);
        }
    }

    /** Transactions of nothing. */
    private static final class RecordedTransactions extends AbstractPlatformTransactionManager {
        private static final long serialVersionUID = 1L;

        private final transient List<String> events;

        RecordedTransactions(List<String> events) {
            this.events = events;
        }

        @Override
        protected Object doGetTransaction() {
            return this;
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            events.add("begin");
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            events.add("commit");
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            events.add("rollback");
        }
    }
}
