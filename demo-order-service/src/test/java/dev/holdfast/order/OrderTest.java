package dev.holdfast.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.order.ScriptedInventory.Fault;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class OrderTest extends ServiceTest {

    private static final Duration AT_ONCE = Duration.ofSeconds(5);
    private static final int ALWAYS = 1_000;

    @Test
    void anOrderIsConfirmedOnceHoweverOftenAndWhereverItIsPlaced() {
        Answer first = order(ONE, 2);

        assertThat(first.summary()).isEqualTo("201 CONFIRMED");
        assertThat(first.header("Location"))
                .isEqualTo("/orders/" + first.json().path("id").asString());
        assertThat(first.header("Holdfast-Instance")).isEqualTo("order-1");
        for (Instance instance : List.of(ONE, OTHER)) {
            Answer again = order(instance, 2);
            assertThat(again.response().body()).isEqualTo(first.response().body());
            assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        }
        assertThat(stored()).isEqualTo("CONFIRMED [RESERVED, CHARGED, CONFIRMED]");
        assertThat(INVENTORY.counts(sku)).isEqualTo("8/2");
    }

    @Test
    void theSameOrderAtTheSameTimeIsOneOrder() {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            answers.add(orderAsync(i % 2 == 0 ? ONE : OTHER, 2));
        }

        assertThat(answers.stream()
                        .map(CompletableFuture::join)
                        .map(answer ->
                                answer.summary() + answer.json().path("id").asString()))
                .containsOnly("201 CONFIRMED"
                        + answers.getFirst().join().json().path("id").asString());
        assertThat(INVENTORY.counts(sku)).isEqualTo("8/2");
    }

    @Test
    void anOrderWhoseAnswerIsLostIsTheSameWhenItIsPlacedAgain() {
        LOCKS.hold("stock:" + sku);
        HttpRequest forgotten = HttpRequest.newBuilder(
                        post(ONE, "{\"sku\":\"" + sku + "\",\"quantity\":2}"), (name, value) -> true)
                .timeout(Duration.ofMillis(500))
                .build();
        assertThatThrownBy(() -> send(forgotten)).hasCauseInstanceOf(HttpTimeoutException.class);
        LOCKS.release("stock:" + sku);

        assertThat(order(OTHER, 2).summary()).isEqualTo("201 CONFIRMED");
        assertThat(ONE.jdbc()
                        .sql("select count(*) from orders where sku = ?")
                        .param(sku)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertThat(INVENTORY.counts(sku)).isEqualTo("8/2");
    }

    @Test
    void outOfStockIsFinal() {
        assertThat(order(ONE, 11).summary()).isEqualTo("409 out-of-stock");
        INVENTORY.stock(sku, 10);

        assertThat(order(OTHER, 11).summary()).isEqualTo("409 out-of-stock");
        assertThat(stored()).isEqualTo("CANCELLED [REFUSED]");
        assertThat(INVENTORY.counts(sku)).isEqualTo("20/0");
    }

    @Test
    void aDeclinedPaymentIsFinalAndReleasesWhatWasReserved() {
        INVENTORY.stock(sku, 90);

        assertThat(order(ONE, 51).summary()).isEqualTo("402 payment-declined");
        assertThat(order(OTHER, 51).summary()).isEqualTo("402 payment-declined");

        assertThat(stored()).isEqualTo("CANCELLED [RESERVED, DECLINED, RELEASED]");
        assertThat(INVENTORY.counts(sku)).isEqualTo("100/0");
    }

    @Test
    void aKeyStandsForOneOrder() {
        order(ONE, 2);

        assertThat(order(OTHER, 3).summary()).isEqualTo("422 idempotency-key-reused");
        assertThat(INVENTORY.counts(sku)).isEqualTo("8/2");
    }

    @Test
    void anOrderIsFoundByItsId() {
        String path = order(ONE, 11).json().path("order").asString();

        assertThat(get(OTHER.uri(path)).json().path("reason").asString()).isEqualTo("out-of-stock");
        for (String nobody : List.of(UUID.randomUUID().toString(), "17", "..", "a%20b")) {
            assertThat(get(ONE.uri("/orders/" + nobody)).summary()).isEqualTo("404 not-found");
        }
    }

    @Test
    void anOrderTellsItsStepsWithTimesAndTokensAndItsTrace() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        Instant before = Instant.now().minusSeconds(60);

        send(post(
                ONE,
                "{\"sku\":\"" + sku + "\",\"quantity\":2}",
                "traceparent",
                "00-" + trace + "-00f067aa0ba902b7-01"));

        JsonNode order = read(OTHER);
        assertThat(order.path("traceId").asString()).isEqualTo(trace);
        assertThat(Instant.parse(order.path("placedAt").asString())).isAfter(before);
        List<JsonNode> steps = order.path("steps").valueStream().toList();
        assertThat(steps.stream().map(step -> Instant.parse(step.path("at").asString())))
                .isSorted()
                .allMatch(before::isBefore);
        long reserved = steps.get(0).path("fencingToken").asLong();
        assertThat(steps.get(1).has("fencingToken")).isFalse();
        long confirmed = steps.get(2).path("fencingToken").asLong();
        assertThat(confirmed).isGreaterThan(reserved);
        assertThat(INVENTORY.tokens(order.path("id").asString())).containsExactly(reserved, confirmed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"
            })
    void anOrderWithoutAProperTraceHasItsOwn(String traceparent) {
        send(post(ONE, "{\"sku\":\"" + sku + "\",\"quantity\":2}", "traceparent", traceparent));

        assertThat(read(ONE).path("traceId").asString())
                .matches("[0-9a-f]{32}")
                .isNotEqualTo("4bf92f3577b34da6a3ce929d0e0e4736")
                .isNotEqualTo("0".repeat(32));
    }

    @Test
    void ordersAreListedByPagesTheNewestFirst() {
        ONE.jdbc().sql("""
                insert into orders (id, caller, idempotency_key, sku, quantity, status, reason, placed_at)
                select gen_random_uuid(), 'tester', ? || n, ?, 1, 'CANCELLED', 'OUT_OF_STOCK', now() - (n / 2) * interval '1 s'
                from generate_series(1, 250) as n""").params(key, sku).update();
        List<String> ids = new ArrayList<>();
        String query = "?state=CANCELLED";
        while (!query.isEmpty()) {
            JsonNode page = get(OTHER.uri("/orders" + query)).json();
            assertThat(page.path("orders").size()).isLessThanOrEqualTo(100);
            page.path("orders")
                    .valueStream()
                    .filter(order -> order.path("sku").asString().equals(sku))
                    .forEach(order -> ids.add(order.path("id").asString()));
            String cursor = page.path("nextCursor").asString("");
            query = cursor.isEmpty() ? "" : "?state=CANCELLED&cursor=" + cursor;
        }

        assertThat(ids)
                .isEqualTo(ONE.jdbc()
                        .sql("select id::text from orders where sku = ? order by placed_at desc, id desc")
                        .param(sku)
                        .query(String.class)
                        .list());
        order(ONE, 2);
        JsonNode newest = get(ONE.uri("/orders")).json().path("orders").path(0);
        assertThat(newest.path("sku").asString()).isEqualTo(sku);
        assertThat(newest.path("status").asString()).isEqualTo("CONFIRMED");
    }

    static Stream<Arguments> interruptions() {
        return Stream.of(Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.UNAVAILABLE)
                .flatMap(fault -> Stream.of(
                        arguments("reserve", fault, 2, "PENDING []", "201 CONFIRMED"),
                        arguments("confirm", fault, 2, "CHARGED [RESERVED, CHARGED]", "201 CONFIRMED"),
                        arguments("cancel", fault, 51, "RESERVED [RESERVED, DECLINED]", "402 payment-declined")));
    }

    @ParameterizedTest
    @MethodSource("interruptions")
    void anotherInstanceGoesOnFromTheStoredStep(String step, Fault fault, int pieces, String left, String answer) {
        INVENTORY.stock(sku, 90);
        INVENTORY.fail(step, fault, ALWAYS);

        Answer interrupted = order(ONE, pieces);

        assertThat(interrupted.summary()).isEqualTo("503 inventory-unavailable");
        assertThat(interrupted.header("Retry-After")).isEqualTo("1");
        assertThat(stored()).isEqualTo(left);
        INVENTORY.mend();
        assertThat(order(OTHER, pieces).summary()).isEqualTo(answer);
        assertThat(INVENTORY.counts(sku)).isEqualTo(pieces > 50 ? "100/0" : "98/2");
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST_REQUEST", "LOST_ANSWER", "LATE_ANSWER", "STALE_TOKEN"})
    void whatGoesWrongOnceIsTriedAgainAndTheUserSeesNothingOfIt(Fault fault) {
        INVENTORY.fail("reserve", fault, 1);
        INVENTORY.fail("confirm", fault, 1);

        assertThat(order(ONE, 2).summary()).isEqualTo("201 CONFIRMED");

        assertThat(INVENTORY.counts(sku)).isEqualTo("8/2");
    }

    @Test
    void aStaleTokenIsMetWithAFreshLease() {
        INVENTORY.fail("confirm", Fault.STALE_TOKEN, 1);

        assertThat(order(ONE, 2).summary()).isEqualTo("201 CONFIRMED");

        assertThat(LOCKS.granted("stock:" + sku)).isEqualTo(3);
    }

    @Test
    void withoutALockServiceAnOrderWaitsForItsRepetition() {
        LOCKS.setAvailable(false);
        long begun = System.nanoTime();

        assertThat(order(ONE, 2).summary()).isEqualTo("503 lock-unavailable");

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(AT_ONCE);
        assertThat(stored()).isEqualTo("PENDING []");
        LOCKS.setAvailable(true);
        // The breaker may be open for a moment.
        await().until(() -> order(OTHER, 2).summary().equals("201 CONFIRMED"));
    }

    @Test
    void anOutageIsToldAtOnceToAllWhoWaitForIt() {
        INVENTORY.stock(sku, 90);
        LOCKS.setAvailable(false);
        long begun = System.nanoTime();

        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String body = "{\"sku\":\"" + sku + "\",\"quantity\":1}";
            answers.add(sendAsync(post(ONE, body, "Idempotency-Key", key + i)));
        }

        assertThat(answers.stream().map(CompletableFuture::join).map(Answer::summary))
                .containsOnly("503 lock-unavailable");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(AT_ONCE);
    }

    @Test
    void anOrderThatTakesLongIsAcceptedAndWorkedOn() {
        LOCKS.hold("stock:" + sku);

        Answer accepted = order(ONE, 2);

        assertThat(accepted.summary()).isEqualTo("202 PENDING");
        assertThat(accepted.header("Location")).startsWith("/orders/");
        LOCKS.release("stock:" + sku);
        await().until(() -> stored().startsWith("CONFIRMED"));
        assertThat(order(OTHER, 2).summary()).isEqualTo("201 CONFIRMED");
    }

    @Test
    void anInstanceThatEndsLeavesAnOrderToAnother() {
        Instance ending = new Instance("order-3", POSTGRES, LOCKS);
        ending.endDesk();

        // The second does not wait for what the first was to do.
        for (int i = 0; i < 2; i++) {
            assertThat(order(ending, 2).summary()).isEqualTo("503 service-unavailable");
        }
        assertThat(order(OTHER, 2).summary()).isEqualTo("201 CONFIRMED");
    }

    @Test
    void theBreakerCountsNoRefusalsAndIsSeenInHealthAndMetrics() {
        for (int i = 0; i < 12; i++) {
            Answer refused = send(post(ONE, "{\"sku\":\"" + sku + "\",\"quantity\":40}", "Idempotency-Key", key + i));
            assertThat(refused.summary()).isEqualTo("409 out-of-stock");
        }

        assertThat(get(ONE.management("/actuator/health"))
                        .json()
                        .at("/components/circuitBreakers/details/inventory/details/failedCalls")
                        .asInt(-1))
                .isBetween(0, 11);
        assertThat(get(ONE.management("/actuator/prometheus")).response().body())
                .contains("resilience4j_circuitbreaker_state{name=\"inventory\",state=\"closed\"} 1.0");
    }
}
