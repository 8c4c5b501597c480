package dev.holdfast.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

class InventoryTest extends PostgresServiceTest {

    private final UUID order = UUID.randomUUID();

    @Test
    void aRestockMakesASkuKnownAndRaisesWhatThereIs() {
        assertThat(stock(sku).summary()).isEqualTo("404 not-found");

        assertThat(restock(100).status()).isEqualTo(200);
        restock(20);

        assertThat(counts()).isEqualTo("120/0/0/120 0");
    }

    @Test
    void aRestockUnderAKeyCountsOnce() {
        restock(100, "Idempotency-Key", sku);

        assertThat(restock(100, "Idempotency-Key", sku).json().path("stocked").asInt())
                .isEqualTo(100);
        assertThat(restock(50, "Idempotency-Key", sku).summary()).isEqualTo("422 idempotency-key-reused");
        assertThat(counts()).isEqualTo("100/0/0/100 0");
    }

    @Test
    void nobodyStocksMoreThanTheLimit() {
        restock(1_000_000);
        jdbc.sql("update stock set available = 1000000000, stocked = 1000000000 where sku = ?")
                .param(sku)
                .update();

        assertThat(restock(1).summary()).isEqualTo("422 invalid-restock");
    }

    @Test
    void eachStepMayBeRepeatedAndCountsOnce() {
        restock(10);

        for (int i = 0; i < 3; i++) {
            assertThat(reserve(order, 4, 7).json().path("state").asString()).isEqualTo("RESERVED");
        }
        assertThat(counts()).isEqualTo("6/4/0/10 7");
        for (int i = 0; i < 3; i++) {
            assertThat(confirm(order, 7).json().path("state").asString()).isEqualTo("CONFIRMED");
        }
        assertThat(counts()).isEqualTo("6/0/4/10 7");
        assertThat(reserve(order, 4, 7).json().path("state").asString()).isEqualTo("CONFIRMED");
        assertThat(cancel(order, 7).summary()).isEqualTo("409 reservation-confirmed");
        assertThat(counts()).isEqualTo("6/0/4/10 7");
    }

    @Test
    void aCancellationMakesThePiecesAvailableOnceAndIsFinal() {
        restock(10);
        reserve(order, 4, 7);

        for (int i = 0; i < 3; i++) {
            assertThat(cancel(order, 7).json().path("state").asString()).isEqualTo("CANCELLED");
        }
        assertThat(counts()).isEqualTo("10/0/0/10 7");
        assertThat(reserve(order, 4, 8).summary()).isEqualTo("409 reservation-cancelled");
        assertThat(confirm(order, 8).summary()).isEqualTo("409 reservation-cancelled");
        assertThat(counts()).isEqualTo("10/0/0/10 8");
    }

    @Test
    void aCancellationThatOvertakesItsReservationWins() {
        restock(10);

        assertThat(cancel(order, 7).status()).isEqualTo(200);

        assertThat(reserve(order, 4, 7).summary()).isEqualTo("409 reservation-cancelled");
        assertThat(counts()).isEqualTo("10/0/0/10 7");
    }

    @Test
    void whoWasToldThatTheStockIsOutDoesNotGetItLater() {
        restock(3);

        assertThat(reserve(order, 4, 7).summary()).isEqualTo("409 out-of-stock");
        restock(10);

        assertThat(reserve(order, 4, 7).summary()).isEqualTo("409 out-of-stock");
        assertThat(confirm(order, 7).summary()).isEqualTo("409 out-of-stock");
        assertThat(cancel(order, 7).status()).isEqualTo(200);
        assertThat(counts()).isEqualTo("13/0/0/13 7");
    }

    @Test
    void aLowerTokenIsRefusedForEachStepAndChangesNothing() {
        UUID other = UUID.randomUUID();
        restock(10);
        reserve(other, 1, 6);
        reserve(order, 4, 7);

        assertThat(reserve(UUID.randomUUID(), 1, 6).summary()).isEqualTo("409 stale-fencing-token");
        assertThat(reserve(order, 4, 6).summary()).isEqualTo("409 stale-fencing-token");
        assertThat(confirm(order, 6).summary()).isEqualTo("409 stale-fencing-token");
        assertThat(cancel(other, 6).summary()).isEqualTo("409 stale-fencing-token");
        assertThat(counts()).isEqualTo("5/5/0/10 7");
    }

    @Test
    void aRefusalForWantOfStockRaisesTheFenceToo() {
        restock(1);

        reserve(order, 2, 9);

        assertThat(counts()).isEqualTo("1/0/0/1 9");
        assertThat(reserve(UUID.randomUUID(), 1, 8).summary()).isEqualTo("409 stale-fencing-token");
    }

    @Test
    void whatDoesNotExistIsNamed() {
        assertThat(reserve(order, 1, 7).summary()).isEqualTo("422 unknown-sku");
        assertThat(cancel(order, 7).summary()).isEqualTo("422 unknown-sku");
        assertThat(confirm(order, 7).summary()).isEqualTo("404 not-found");
    }

    @Test
    void anOrdersIdStandsForOneReservation() {
        restock(10);
        reserve(order, 4, 7);

        assertThat(reserve(order, 5, 7).summary()).isEqualTo("422 idempotency-key-reused");
    }

    @Test
    void concurrentReservationsNeverOversell() throws Exception {
        restock(100);
        AtomicLong tokens = new AtomicLong();
        List<Callable<String>> orders = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            orders.add(() -> {
                UUID id = UUID.randomUUID();
                String reserved = reserve(id, 1, tokens.incrementAndGet()).summary();
                // The others' tokens rise meanwhile: whoever has become stale asks for a higher one.
                while (reserved.equals("409 stale-fencing-token")) {
                    reserved = reserve(id, 1, tokens.incrementAndGet()).summary();
                }
                return reserved;
            });
        }

        List<String> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(20)) {
            for (Future<String> answer : clients.invokeAll(orders)) {
                answers.add(answer.get());
            }
        }

        assertThat(answers).filteredOn("200"::equals).hasSize(100);
        assertThat(answers).filteredOn("409 out-of-stock"::equals).hasSize(100);
        assertThat(counts()).startsWith("0/100/0/100 ");
    }

    @Test
    void theDatabaseItselfHoldsTheInvariants() {
        restock(10);

        assertThatThrownBy(() -> set("available = -1, stocked = -1"))
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThatThrownBy(() -> set("reserved = 1")).isInstanceOf(DataIntegrityViolationException.class);
        assertThatThrownBy(() -> set("sold = sold + 1")).isInstanceOf(DataIntegrityViolationException.class);
    }

    private void set(String columns) {
        jdbc.sql("update stock set " + columns + " where sku = ?").param(sku).update();
    }
}
