package dev.holdfast.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PostgreSQL freezes, and is killed. */
class PostgresOutageTest extends ServiceTest {

    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final Duration SOON = Duration.ofSeconds(10);

    @AfterEach
    void thaw() {
        POSTGRES.thaw();
    }

    @Test
    void aFrozenDatabaseIs503AtOnceAndTheOrderGoesOnByItsKey() {
        String id = order(ONE, 1).json().path("id").asString();

        POSTGRES.freeze();
        assertUnavailable(id);
        POSTGRES.thaw();

        assertThatNothingIsHalfDone();
    }

    @Test
    void aKilledDatabaseIs503AtOnceAndTheOrderGoesOnByItsKey() {
        String id = order(ONE, 1).json().path("id").asString();

        POSTGRES.kill();
        assertUnavailable(id);
        POSTGRES.restart();

        assertThatNothingIsHalfDone();
    }

    /** The order that was refused is there once, or not yet, and is done by its repetition. */
    private void assertThatNothingIsHalfDone() {
        await().atMost(SOON).until(() -> order(ONE, 1).status() == 201);
        await().atMost(SOON).until(() -> order(OTHER, 1).status() == 201);
        assertThat(INVENTORY.counts(sku)).isEqualTo("9/1");
        assertThat(stored()).isEqualTo("CONFIRMED [RESERVED, CHARGED, CONFIRMED]");
    }

    private void assertUnavailable(String id) {
        for (int i = 0; i < 2; i++) {
            assertUnavailable(() -> order(ONE, 1));
            assertUnavailable(() -> send(post(
                    OTHER, "{\"sku\":\"" + sku + "\",\"quantity\":1}", "Idempotency-Key", "" + UUID.randomUUID())));
            assertUnavailable(() -> get(ONE.uri("/orders/" + id)));
        }
    }

    private static void assertUnavailable(Supplier<Answer> call) {
        long begun = System.nanoTime();
        Answer answer = call.get();
        assertThat(answer.summary()).isEqualTo("503 store-unavailable");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(AT_ONCE);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
}
