package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.story.OrderClient;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Orders: none twice, none by halves. */
@ExtendWith(SharedSuite.class)
class OrderIT {

    private static final int PIECES = 20;
    private static final int ORDERS = 5;
    /** The TTL of the election's lock, and two seconds. */
    private static final Duration TAKEOVER = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Suite suite;
    private final OrderClient orders;
    private final String sku = "tests-" + UUID.randomUUID();

    OrderIT(Suite suite) {
        this.suite = suite;
        this.orders = new OrderClient(suite.gateway(), suite.credentials());
    }

    @AfterEach
    void close() {
        orders.close();
    }

    @Test
    void oneKeyAtBothInstancesAtOnceIsOneOrder() throws Exception {
        assertThat(orders.restock(sku, PIECES).status()).isEqualTo(200);
        for (int round = 1; round <= ORDERS; round++) {
            String key = UUID.randomUUID().toString();
            List<Callable<Answer>> calls = new ArrayList<>();
            for (Instance instance : suite.orderServices()) {
                calls.add(() -> orderAt(instance, key));
                calls.add(() -> orderAt(instance, key));
            }
            List<String> ids = new ArrayList<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Answer> call : threads.invokeAll(calls)) {
                    assertThat(call.get().status()).as("%s", call.get()).isEqualTo(201);
                    ids.add(call.get().body().path("id").asString());
                }
            }
            assertThat(ids).hasSize(calls.size()).containsOnly(ids.getFirst());
            assertSold(round);
        }
    }

    /** Killed in the middle of an order, and the one that went on with the orders of others. */
    @Test
    void anOrderOfAKilledInstanceIsFinishedByAnotherThoughNobodyRepeatsIt() throws Exception {
        assertThat(orders.restock(sku, PIECES).status()).isEqualTo(200);
        Instance elected = awaitElection();
        Instance other = suite.orderServices().stream()
                .filter(instance -> instance != elected)
                .findFirst()
                .orElseThrow();
        // From now on it knows the SKU.
        assertThat(orderAt(elected, UUID.randomUUID().toString()).status()).isEqualTo(201);
        String id;
        suite.inventoryService().pause();
        try (var ignored = new Forgotten(elected.uri(), suite.credentials().header())) {
            ignored.order(sku);
            id = await().until(() -> unfinished(other), found -> !found.isEmpty());
            elected.kill();
        } finally {
            suite.inventoryService().resume();
        }
        try (var door = new OrderClient(other.uri(), suite.credentials())) {
            await().atMost(TAKEOVER).until(() -> isElected(other));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> door.read(id).body().path("status").asString().equals("CONFIRMED"));
        } finally {
            elected.start();
        }
        assertSold(2);
    }

    /** A client that does not wait for its answer. */
    private record Forgotten(HttpClient http, URI service, String authorization) implements AutoCloseable {

        Forgotten(URI service, String authorization) {
            this(HttpClient.newHttpClient(), service, authorization);
        }

        void order(String sku) {
            var unused = http.sendAsync(
                    HttpRequest.newBuilder(service.resolve("/orders"))
                            .header("Authorization", authorization)
                            .header("Content-Type", "application/json")
                            .header("Idempotency-Key", UUID.randomUUID().toString())
                            .POST(BodyPublishers.ofString("{\"sku\":\"" + sku + "\",\"quantity\":1}"))
                            .build(),
                    BodyHandlers.discarding());
        }

        @Override
        public void close() {
            http.shutdownNow();
        }
    }

    private String unfinished(Instance instance) throws Exception {
        try (var door = new OrderClient(instance.uri(), suite.credentials())) {
            return door.list("PENDING")
                    .body()
                    .path("orders")
                    .valueStream()
                    .filter(order -> order.path("sku").asString().equals(sku))
                    .map(order -> order.path("id").asString())
                    .findFirst()
                    .orElse("");
        }
    }

    /** The one that recovers orders, when all others stand in the queue to be elected. */
    private Instance awaitElection() {
        int others = suite.orderServices().size() - 1;
        try (LockClient locks = new LockClient(suite.gateway(), "orders", suite.credentials())) {
            await().atMost(Duration.ofSeconds(30)).until(() -> locks.locks()
                    .body()
                    .path("locks")
                    .valueStream()
                    .anyMatch(lock -> lock.path("name").asString().equals("orders:recovery")
                            && lock.path("waiting").asInt() == others));
        }
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> suite.orderServices().stream()
                                .filter(OrderIT::isElected)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static boolean isElected(Instance instance) {
        URI metrics = Objects.requireNonNull(instance.address().management()).resolve("/actuator/prometheus");
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                    .body()
                    .contains("demo_orders_recovery_elected 1.0");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void withPostgresKilledAnOrderIsRefusedSoonAndDoneLater() throws Exception {
        refusedThenDone(Instance::kill, Instance::start);
    }

    @Test
    void withPostgresFrozenAnOrderIsRefusedSoonAndDoneLater() throws Exception {
        refusedThenDone(Instance::pause, Instance::resume);
    }

    private interface Act {
        void on(Instance instance);
    }

    private void refusedThenDone(Act fault, Act remedy) throws Exception {
        List<String> keys = new ArrayList<>();
        assertThat(orders.restock(sku, PIECES).status()).isEqualTo(200);
        fault.on(suite.postgres());
        try {
            for (int i = 0; i < ORDERS; i++) {
                String key = UUID.randomUUID().toString();
                keys.add(key);
                Answer answer = orders.order(key, sku, 1);
                assertThat(answer.status()).as("%s", answer).isEqualTo(503);
                assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                assertThat(answer.took()).isLessThan(LONGEST);
            }
        } finally {
            remedy.on(suite.postgres());
        }
        for (String key : keys) {
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(
                            () -> assertThat(orders.order(key, sku, 1).status()).isEqualTo(201));
        }
        assertSold(ORDERS);
    }

    private static Answer orderAt(String key, OrderClient orders, String sku) throws Exception {
        Answer answer = orders.order(key, sku, 1);
        while (answer.status() == 202) {
            answer = orders.order(key, sku, 1);
        }
        return answer;
    }

    private Answer orderAt(Instance instance, String key) throws Exception {
        try (var direct = new OrderClient(instance.uri(), suite.credentials())) {
            return orderAt(key, direct, sku);
        }
    }

    private void assertSold(int count) throws Exception {
        JsonNode stock = orders.stock(sku).body();
        assertThat(stock.path("sold").asInt()).as("%s", stock).isEqualTo(count);
        assertThat(stock.path("reserved").asInt()).as("%s", stock).isZero();
        assertThat(stock.path("available").asInt()).as("%s", stock).isEqualTo(PIECES - count);
    }
}
