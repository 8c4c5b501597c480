package dev.holdfast.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.client.HeldLease;
import dev.holdfast.lock.client.LockSet;
import dev.holdfast.lock.client.Locks;
import dev.holdfast.order.ScriptedInventory.Fault;
import dev.holdfast.testing.TestPostgres;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Orders that nobody repeats are finished all the same, by one instance. */
class RecoveryTest extends ServiceTest {

    private static final int ALWAYS = 1_000;
    private static final String LOCK = "orders:recovery";
    private static final TestPostgres DATABASE = new TestPostgres("orders");
    private static final ScriptedLocks ELECTION = new ScriptedLocks();
    private static final Instance FIRST = instance("first");
    private static final Instance SECOND = instance("second");

    private static Instance instance(String id) {
        return new Instance(id, DATABASE, ELECTION, "--demo.recovery.after=500ms", "--demo.recovery.every=100ms");
    }

    @AfterEach
    void mend() {
        INVENTORY.mend();
        setFence(0);
    }

    @Test
    void anOrderThatNobodyRepeatsIsFinished() {
        leftUnfinished("confirm", 2);

        await().until(() -> stored(FIRST).equals("CONFIRMED [RESERVED, CHARGED, CONFIRMED]"));
        assertThat(INVENTORY.counts(sku)).isEqualTo("8/2");
    }

    @Test
    void anOrderThatNobodyRepeatsIsCompensated() {
        INVENTORY.stock(sku, 90);
        leftUnfinished("cancel", 51);

        await().until(() -> stored(FIRST).equals("CANCELLED [RESERVED, DECLINED, RELEASED]"));
        assertThat(INVENTORY.counts(sku)).isEqualTo("100/0");
    }

    @Test
    void anOrderThatCannotBeFinishedIsTriedEverMoreSeldomAndCounted() {
        INVENTORY.fail("confirm", Fault.UNAVAILABLE, ALWAYS);
        order(FIRST, 2);

        double[] dueAt = new double[6];
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            dueAt[column("least(taken_up, 5)", Integer.class)] = column("extract(epoch from due_at)", Double.class);
            return dueAt[5] > 0;
        });
        assertThat(dueAt[4] - dueAt[3]).isGreaterThan(1);
        assertThat(dueAt[5] - dueAt[4]).isGreaterThan(2);
        assertThat(metrics(elected())).contains("demo_orders_stuck 1.0");

        INVENTORY.mend();
        await().until(() -> order(FIRST, 2).summary().equals("201 CONFIRMED"));
        await().until(() -> metrics(elected()).contains("demo_orders_stuck 0.0"));
    }

    private <T> T column(String column, Class<T> type) {
        return FIRST.jdbc()
                .sql("select " + column + " from orders where idempotency_key like '%' || ?")
                .param(key)
                .query(type)
                .single();
    }

    @Test
    void anInstanceThatMetAnErrorStandsForElectionAgain() {
        Instance met =
                new Instance(FailsAtFirst.class, "third", DATABASE, new ScriptedLocks(), "--demo.recovery.every=100ms");

        await().until(() -> isElected(met));
        assertThat(met.bean(FailsAtFirst.class).left).isZero();
    }

    /** The first calls for locks end in an error, as when memory is short. */
    static final class FailsAtFirst implements BeanPostProcessor {

        private int left = 2;

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return bean instanceof Locks locks ? failingAtFirst(locks) : bean;
        }

        private Locks failingAtFirst(Locks locks) {
            return new Locks() {
                @Override
                public HeldLease acquire(LockSet set, Duration ttl, Duration waitUpTo) {
                    if (left > 0) {
                        left--;
                        throw new OutOfMemoryError("for the test");
                    }
                    return locks.acquire(set, ttl, waitUpTo);
                }

                @Override
                public Optional<HeldLease> tryAcquire(LockSet set, Duration ttl) {
                    return locks.tryAcquire(set, ttl);
                }
            };
        }
    }

    @Test
    void anotherIsElectedWhenTheFirstLosesItsLease() {
        Instance elected = elected();

        ELECTION.release(LOCK);

        Instance other = elected == FIRST ? SECOND : FIRST;
        await().until(() -> isElected(other) && !isElected(elected));
        leftUnfinished("confirm", 2);
        await().until(() -> stored(FIRST).startsWith("CONFIRMED"));
    }

    @Test
    void anInstanceTakesUpNothingOnceOneWithANewerTokenWasElected() {
        elected();
        setFence(Long.MAX_VALUE);
        leftUnfinished("confirm", 2);

        await().during(Duration.ofSeconds(1)).until(() -> stored(FIRST).equals("CHARGED [RESERVED, CHARGED]"));

        setFence(0);
        await().until(() -> stored(FIRST).startsWith("CONFIRMED"));
    }

    /** It is placed, gets as far as this step of the inventory, is answered 503, and the inventory is well again. */
    private void leftUnfinished(String step, int pieces) {
        INVENTORY.fail(step, Fault.UNAVAILABLE, ALWAYS);
        await().until(() -> order(FIRST, pieces).summary().equals("503 inventory-unavailable"));
        INVENTORY.mend();
    }

    private static Instance elected() {
        await().until(() -> isElected(FIRST) != isElected(SECOND));
        return isElected(FIRST) ? FIRST : SECOND;
    }

    private static boolean isElected(Instance instance) {
        return metrics(instance).contains("demo_orders_recovery_elected 1.0");
    }

    private static String metrics(Instance instance) {
        return get(instance.management("/actuator/prometheus")).response().body();
    }

    private static void setFence(long token) {
        FIRST.jdbc().sql("update recovery set fence = ?").param(token).update();
    }
}
