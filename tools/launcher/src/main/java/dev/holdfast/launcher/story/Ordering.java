package dev.holdfast.launcher.story;

import dev.holdfast.launcher.story.Chapter.Finding;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Orders for more than there is, and a writer that does not know that its lock is gone. */
final class Ordering implements AutoCloseable {

    private static final int PIECES = 100;
    private static final int ORDERS = 200;
    private static final int CLIENTS = 20;
    private static final Duration SHORT_TTL = Duration.ofMillis(500);
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Suite suite;
    private final LockClient locks;
    private final OrderClient orders;

    Ordering(Suite suite) {
        this.suite = suite;
        this.locks = new LockClient(suite.gateway(), "orders", suite.credentials());
        this.orders = new OrderClient(suite.gateway(), suite.credentials());
    }

    List<Chapter> chapters() {
        return List.of(
                new Chapter(ORDERS + " orders for " + PIECES + " pieces from " + CLIENTS + " clients", this::soldOut),
                new Chapter("A stale writer is refused", this::stale));
    }

    private Finding soldOut() throws Exception {
        String sku = newSku();
        if (orders.restock(sku, PIECES).status() != 200) {
            return new Finding(false, "the restock was refused");
        }
        var outcomes = new TreeMap<String, Integer>();
        var instances = new TreeMap<String, Integer>();
        Together.run(IntStream.range(0, CLIENTS)
                .<Callable<Void>>mapToObj(client -> () -> {
                    for (int i = 0; i < ORDERS / CLIENTS; i++) {
                        Answer answer = settled(sku);
                        synchronized (outcomes) {
                            outcomes.merge(outcome(answer), 1, Integer::sum);
                            instances.merge(answer.instance(), 1, Integer::sum);
                        }
                    }
                    return null;
                })
                .toList());
        JsonNode stock = orders.stock(sku).body();
        boolean holds = outcomes.equals(Map.of("201", PIECES, "409 out-of-stock", ORDERS - PIECES))
                && isStock(stock, 0, 0, PIECES)
                && instances.keySet().containsAll(names(suite.orderServices()));
        return new Finding(holds, outcomes + ", " + stockLine(stock) + ", answered by " + instances);
    }

    /** Places an order and repeats it while it is not finished, as the API asks for. */
    private Answer settled(String sku) throws IOException, InterruptedException {
        String key = UUID.randomUUID().toString();
        long start = System.nanoTime();
        Answer answer = orders.order(key, sku, 1);
        while (answer.status() == 202 && System.nanoTime() - start < PATIENCE.toNanos()) {
            answer = orders.order(key, sku, 1);
        }
        return answer;
    }

    private Finding stale() throws Exception {
        String sku = newSku();
        orders.restock(sku, PIECES);
        String lock = "stock:" + sku;
        try (var inventory = new OrderClient(suite.inventoryService().uri(), suite.credentials())) {
            LockClient.Grant first = locks.acquire(UUID.randomUUID(), lock, SHORT_TTL, PATIENCE);
            LockClient.Grant second = locks.acquire(UUID.randomUUID(), lock, TTL, PATIENCE);
            Answer current = inventory.reserve(UUID.randomUUID(), sku, 1, second.token());
            Answer late = inventory.reserve(UUID.randomUUID(), sku, 1, first.token());
            locks.release(second.id());
            JsonNode stock = orders.stock(sku).body();
            boolean holds = first.token() < second.token()
                    && current.status() == 200
                    && outcome(late).equals("409 stale-fencing-token")
                    && isStock(stock, PIECES - 1, 1, 0);
            return new Finding(
                    holds,
                    "the new token: %s, then the old: %s, %s"
                            .formatted(outcome(current), outcome(late), stockLine(stock)));
        }
    }

    private static String newSku() {
        return "story-" + UUID.randomUUID();
    }

    private static String outcome(Answer answer) {
        return answer.status() + (answer.problem().isEmpty() ? "" : " " + answer.problem());
    }

    private static boolean isStock(JsonNode stock, int available, int reserved, int sold) {
        return stock.path("available").asInt(-1) == available
                && stock.path("reserved").asInt(-1) == reserved
                && stock.path("sold").asInt(-1) == sold;
    }

    private static String stockLine(JsonNode stock) {
        return "stock " + stock.path("available") + ", reserved " + stock.path("reserved") + ", sold "
                + stock.path("sold");
    }

    private static List<String> names(List<Instance> instances) {
        return instances.stream().map(Instance::name).toList();
    }

    @Override
    public void close() {
        locks.close();
        orders.close();
    }
}
