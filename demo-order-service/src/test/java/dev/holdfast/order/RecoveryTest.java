package dev.holdfast.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.order.ScriptedInventory.Fault;
import dev.holdfast.testing.TestPostgres;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
        return get(instance.management("/actuator/prometheus"))
                .response()
                .body()
                .contains("demo_orders_recovery_elected 1.0");
    }

    private static void setFence(long token) {
        FIRST.jdbc().sql("update recovery set fence = ?").param(token).update();
    }
}
