package dev.holdfast.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.order.ScriptedInventory.Fault;
import dev.holdfast.testing.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Orders that nobody repeats are finished all the same, by one instance. */
class RecoveryTest extends ServiceTest {

    private static final int ALWAYS = 1_000;
    private static final String LOCK = "orders:recovery";
    private static final TestPostgres DATABASE = new TestPostgres("orders");
    private static final ScriptedLocks ELECTION = new ScriptedLocks();
    /** Every second payment gives no answer. */
    private static final Instance PATIENT = instance("patient", "--demo.payment.lose-every=2");
    /** No payment gives an answer, and none is waited for. */
    private static final Instance IMPATIENT =
            instance("impatient", "--demo.payment.lose-every=1", "--demo.payment.patience=0");

    private static Instance instance(String id, String... payment) {
        return new Instance(
                id,
                DATABASE,
                ELECTION,
                Stream.concat(
                                Stream.of("--demo.recovery.after=500ms", "--demo.recovery.every=100ms"),
                                Stream.of(payment))
                        .toArray(String[]::new));
    }

    @AfterEach
    void mend() {
        INVENTORY.mend();
        setFence(0);
    }

    @Test
    void anOrderThatNobodyRepeatsIsFinished() {
        leftUnfinished("confirm", 2);

        await().until(() -> stored(PATIENT).equals("CONFIRMED [RESERVED, CHARGED, CONFIRMED]"));
        assertThat(INVENTORY.counts(sku)).isEqualTo("8/2");
    }

    @Test
    void anOrderThatNobodyRepeatsIsCompensated() {
        INVENTORY.stock(sku, 90);
        leftUnfinished("cancel", 51);

        await().until(() -> stored(PATIENT).equals("CANCELLED [RESERVED, DECLINED, RELEASED]"));
        assertThat(INVENTORY.counts(sku)).isEqualTo("100/0");
    }

    @Test
    void anotherIsElectedWhenTheFirstLosesItsLease() {
        Instance first = elected();

        ELECTION.release(LOCK);

        Instance second = first == PATIENT ? IMPATIENT : PATIENT;
        await().until(() -> isElected(second) && !isElected(first));
        leftUnfinished("confirm", 2);
        await().until(() -> stored(PATIENT).startsWith("CONFIRMED"));
    }

    @Test
    void anInstanceTakesUpNothingOnceOneWithANewerTokenWasElected() {
        elected();
        setFence(Long.MAX_VALUE);
        leftUnfinished("confirm", 2);

        await().during(Duration.ofSeconds(1)).until(() -> stored(PATIENT).equals("CHARGED [RESERVED, CHARGED]"));

        setFence(0);
        await().until(() -> stored(PATIENT).startsWith("CONFIRMED"));
    }

    @Test
    void aPaymentThatGivesNoAnswerIsAskedForAgain() {
        List<String> answers = Stream.of("first ", "second ")
                .map(name ->
                        send(post(PATIENT, "{\"sku\":\"" + sku + "\",\"quantity\":1}", "Idempotency-Key", name + key)))
                .map(Answer::summary)
                .toList();

        assertThat(answers).contains("503 payment-unavailable");
        await().until(() -> INVENTORY.counts(sku).equals("8/2"));
    }

    @Test
    void aPaymentThatGivesNoAnswerForTooLongIsGivenUpAndGivenBack() {
        assertThat(order(IMPATIENT, 2).summary()).isEqualTo("402 payment-timed-out");

        assertThat(stored(PATIENT)).isEqualTo("CANCELLED [RESERVED, GIVEN_UP, REFUNDED, RELEASED]");
        assertThat(INVENTORY.counts(sku)).isEqualTo("10/0");
        assertThat(PATIENT.jdbc()
                        .sql("select state from payment join orders on id = order_id where idempotency_key = ?")
                        .param(key)
                        .query(String.class)
                        .single())
                .isEqualTo("REFUNDED");
    }

    /** It is placed, gets as far as this step of the inventory, is answered 503, and the inventory is well again. */
    private void leftUnfinished(String step, int pieces) {
        INVENTORY.fail(step, Fault.UNAVAILABLE, ALWAYS);
        await().until(() -> order(PATIENT, pieces).summary().equals("503 inventory-unavailable"));
        INVENTORY.mend();
    }

    private static Instance elected() {
        await().until(() -> isElected(PATIENT) != isElected(IMPATIENT));
        return isElected(PATIENT) ? PATIENT : IMPATIENT;
    }

    private static boolean isElected(Instance instance) {
        return get(instance.management("/actuator/prometheus"))
                .response()
                .body()
                .contains("demo_orders_recovery_elected 1.0");
    }

    private static void setFence(long token) {
        PATIENT.jdbc().sql("update recovery set fence = ?").param(token).update();
    }
}
