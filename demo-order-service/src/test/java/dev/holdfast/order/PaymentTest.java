package dev.holdfast.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import org.junit.jupiter.api.Test;

/** Every second charge is made, and gives no answer. */
class PaymentTest extends ServiceTest {

    private static final Instance LOSING =
            new Instance("order-3", POSTGRES, LOCKS, "--demo.recovery.after=1h", "--demo.payment.lose-every=2");

    @Test
    void aChargeThatGaveNoAnswerIsRepeatedAndCountsOnce() {
        placeOneThatGetsNoAnswer();

        assertThat(stored()).isEqualTo("RESERVED [RESERVED]");
        assertThat(order(LOSING, 1).summary()).isEqualTo("201 CONFIRMED");
        assertThat(payment()).isEqualTo("CHARGED");
    }

    @Test
    void aChargeThatGivesNoAnswerForTooLongIsGivenUpAndGivenBack() {
        placeOneThatGetsNoAnswer();
        send(another("between"));
        ONE.jdbc()
                .sql("update order_step set done_at = done_at - interval '1 h'")
                .update();

        assertThat(order(LOSING, 1).summary()).isEqualTo("402 payment-timed-out");

        assertThat(stored()).isEqualTo("CANCELLED [RESERVED, GIVEN_UP, REFUNDED, RELEASED]");
        assertThat(payment()).isEqualTo("REFUNDED");
        assertThat(order(OTHER, 1).summary()).isEqualTo("402 payment-timed-out");
    }

    /** One after a charge that got its answer. */
    private void placeOneThatGetsNoAnswer() {
        Answer before = send(another("before"));
        if (before.status() == 503) {
            send(another("before"));
        }
        assertThat(order(LOSING, 1).summary()).isEqualTo("503 payment-unavailable");
    }

    private HttpRequest another(String name) {
        return post(LOSING, "{\"sku\":\"" + sku + "\",\"quantity\":1}", "Idempotency-Key", key + name);
    }

    private String payment() {
        return ONE.jdbc()
                .sql("select state from payment join orders on id = order_id where idempotency_key like '%' || ?")
                .param(key)
                .query(String.class)
                .single();
    }
}
