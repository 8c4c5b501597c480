package dev.holdfast.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testing.TestPostgres;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** PostgreSQL freezes, and is killed. */
@DirtiesContext
class PostgresOutageTest extends ServiceTest {

    private static final TestPostgres POSTGRES = new TestPostgres("inventory");
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    @DynamicPropertySource
    static void its(DynamicPropertyRegistry properties) {
        properties.add("HOLDFAST_POSTGRES", POSTGRES::address);
    }

    @AfterAll
    static void end() {
        POSTGRES.close();
    }

    @Test
    void everyCallIs503AtOnceAndAllIsWellAgainByItself() {
        UUID order = UUID.randomUUID();
        restock(10);
        reserve(order, 4, 7);

        POSTGRES.freeze();
        assertUnavailable(order);
        POSTGRES.thaw();
        await().atMost(Duration.ofSeconds(10)).until(() -> stock(sku).status() == 200);
        assertThat(counts()).isEqualTo("6/4/0/10 7");

        POSTGRES.kill();
        assertUnavailable(order);
        POSTGRES.restart();
        await().atMost(Duration.ofSeconds(10)).until(() -> stock(sku).status() == 200);
        assertThat(counts()).isEqualTo("6/4/0/10 7");
        assertThat(confirm(order, 7).status()).isEqualTo(200);
    }

    private void assertUnavailable(UUID order) {
        for (int i = 0; i < 2; i++) {
            assertUnavailable(() -> stock(sku));
            assertUnavailable(() -> reserve(UUID.randomUUID(), 1, 8));
            assertUnavailable(() -> confirm(order, 8));
            assertUnavailable(() -> cancel(order, 8));
            assertUnavailable(() -> restock(1, "Idempotency-Key", sku));
        }
    }

    private static void assertUnavailable(Supplier<Answer> call) {
        long begun = System.nanoTime();
        Answer answer = call.get();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(AT_ONCE);
        assertThat(answer.summary()).isEqualTo("503 store-unavailable");
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }
}
