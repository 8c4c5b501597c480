package dev.holdfast.faults;

import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.story.OrderClient;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Holders of the orders' locks that pause until their lease is long over, and then write to the inventory all the same.
 *
 * <p>The order service is no such holder: it looks at its lease before it writes, and to stop it between the two takes
 * more luck than a run has time for. What they write is the cancellation of an order that does not exist: it changes no
 * stock.
 */
final class Stragglers {

    private static final Duration TTL = Duration.ofMillis(300);
    /** Meanwhile the lease ends, and orders are worked on under newer ones. */
    private static final Duration PAUSE = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LockClient locks;
    private final OrderClient inventory;
    private final Set<String> ids = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Begins at once, with one for each SKU. */
    Stragglers(Suite suite, Set<String> skus) {
        this.locks = new LockClient(suite.gateway(), "orders", suite.credentials());
        this.inventory = new OrderClient(suite.inventoryService().uri(), suite.credentials());
        skus.forEach(sku -> threads.execute(() -> straggle(sku)));
    }

    private void straggle(String sku) {
        try {
            while (true) {
                writeLate(sku);
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            // It is over.
            Thread.currentThread().interrupt();
        }
    }

    private void writeLate(String sku) throws InterruptedException {
        try {
            long token = locks.acquire(UUID.randomUUID(), "stock:" + sku, TTL, PATIENCE)
                    .token();
            Thread.sleep(PAUSE);
            UUID order = UUID.randomUUID();
            ids.add(order.toString());
            if (inventory.cancel(order, sku, token).status() == 409) {
                refused.incrementAndGet();
            }
        } catch (IOException | TimeoutException e) {
            // A fault was in the way.
        }
    }

    /** The orders that they cancelled, or tried to. */
    Set<String> ids() {
        return Set.copyOf(ids);
    }

    /** How many of their writes the inventory refused. */
    int refused() {
        return refused.get();
    }

    /** Returns when they are at rest. */
    void end() {
        threads.shutdownNow();
        threads.close();
        locks.close();
        inventory.close();
    }
}
