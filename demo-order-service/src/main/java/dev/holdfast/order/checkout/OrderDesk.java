package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.defaults.request.IdempotencyKey;
import dev.holdfast.order.inventory.Inventory;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** Takes orders, has them worked on in the background, and waits for that a little. */
@Component
class OrderDesk implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(OrderDesk.class);

    private static final Duration FAREWELL = Duration.ofSeconds(10);
    private static final int MOST_KNOWN = 10_000;

    private final OrderStore orders;
    private final Inventory inventory;
    private final Settlement settlement;
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("order-", 0).factory());
    /** What this instance works on: a repeated request joins in. */
    private final Map<UUID, CompletableFuture<Order>> underWay = new ConcurrentHashMap<>();
    /** A SKU that the inventory knows once is known for ever. */
    private final Set<String> knownSkus = ConcurrentHashMap.newKeySet();

    private volatile boolean running;

    OrderDesk(OrderStore orders, Inventory inventory, Settlement settlement) {
        this.orders = orders;
        this.inventory = inventory;
        this.settlement = settlement;
    }

    /**
     * Places an order, or takes up the one that was placed under this key before.
     *
     * @param patience how long to wait until it is settled; after that it is answered as it is, and worked on
     */
    Order place(IdempotencyKey key, String sku, int quantity, Duration patience) {
        long begun = System.nanoTime();
        Order order = orders.find(key).orElseGet(() -> open(key, sku, quantity));
        if (!order.isFor(sku, quantity)) {
            throw new ProblemException(Problem.of(SampleProblem.IDEMPOTENCY_KEY_REUSED));
        }
        return order.isSettled() ? order : await(workOn(order), order, patience.minusNanos(System.nanoTime() - begun));
    }

    /** Nothing is stored for a SKU that does not exist. */
    private Order open(IdempotencyKey key, String sku, int quantity) {
        if (!knownSkus.contains(sku)) {
            if (!inventory.knows(sku)) {
                throw new ProblemException(Problem.of(SampleProblem.UNKNOWN_SKU));
            }
            if (knownSkus.size() >= MOST_KNOWN) {
                knownSkus.clear();
            }
            knownSkus.add(sku);
        }
        return orders.insert(key, sku, quantity);
    }

    private CompletableFuture<Order> workOn(Order order) {
        CompletableFuture<Order> mine = new CompletableFuture<>();
        CompletableFuture<Order> others = underWay.putIfAbsent(order.id(), mine);
        if (others != null) {
            return others;
        }
        workers.execute(() -> {
            try {
                Order settled = settlement.settle(order);
                underWay.remove(order.id());
                mine.complete(settled);
            } catch (Throwable e) {
                // Before the answer: a request that repeats it begins anew.
                underWay.remove(order.id());
                mine.completeExceptionally(e);
            }
        });
        return mine;
    }

    private static Order await(CompletableFuture<Order> settled, Order pending, Duration patience) {
        try {
            return settled.get(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return pending;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return pending;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    /** Once the web server takes no more requests, and while the registry and the database are still there. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Lets what was answered as pending come to its end; what does not stays pending as far as it got. */
    @Override
    public void stop() {
        running = false;
        workers.shutdown();
        try {
            if (!workers.awaitTermination(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("{} orders stay pending", underWay.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
