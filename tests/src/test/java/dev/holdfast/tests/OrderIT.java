package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.OrderClient;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Suite suite;
    private final OrderClient orders;
    private final String sku = "tests-" + UUID.randomUUID();

    OrderIT(Suite suite) {
        this.suite = suite;
        this.orders = new OrderClient(suite.gateway());
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
        try (var direct = new OrderClient(instance.uri())) {
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
