package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.defaults.request.IdempotencyKey;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.order.inventory.Inventory;
import dev.holdfast.order.user.CurrentUser;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
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
    private final Saga saga;
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("order-", 0).factory());
    /** What this instance works on: a repeated request joins in. */
    private final Map<UUID, CompletableFuture<Order>> underWay = new ConcurrentHashMap<>();
    /** A SKU that the inventory knows once is known for ever. */
    private final Set<String> knownSkus = ConcurrentHashMap.newKeySet();

    private volatile boolean running;

    OrderDesk(OrderStore orders, Inventory inventory, Saga saga) {
        this.orders = orders;
        this.inventory = inventory;
        this.saga = saga;
    }

    /** What a caller wants, and the key under which it says so. */
    record Wish(Placer placer, IdempotencyKey key, String sku, int quantity) {}

    /**
     * Places an order, or takes up the one that was placed under the caller's key before.
     *
     * @param trace of the request: a new order's
     * @param patience how long to wait until it is settled; after that it is answered as it is, and worked on
     */
    Order place(Wish wish, TraceId trace, Duration patience) {
        long begun = System.nanoTime();
        Order order = orders.find(wish.placer(), wish.key()).orElseGet(() -> open(wish, trace));
        if (!order.isFor(wish.sku(), wish.quantity())) {
            throw new ProblemException(Problem.of(SampleProblem.IDEMPOTENCY_KEY_REUSED));
        }
        return order.isSettled() ? order : await(goOn(order), order, patience.minusNanos(System.nanoTime() - begun));
    }

    /** Nothing is stored for a SKU that does not exist. */
    private Order open(Wish wish, TraceId trace) {
        String sku = wish.sku();
        if (!knownSkus.contains(sku)) {
            if (!CurrentUser.during(wish.placer().user(), () -> inventory.knows(sku))) {
                throw new ProblemException(Problem.of(SampleProblem.UNKNOWN_SKU));
            }
            if (knownSkus.size() >= MOST_KNOWN) {
                knownSkus.clear();
            }
            knownSkus.add(sku);
        }
        return orders.insert(wish, trace);
    }

    /** Works on an order that is not settled, if this instance does not do so already; completes once it is. */
    CompletableFuture<Order> goOn(Order order) {
        CompletableFuture<Order> mine = new CompletableFuture<>();
        CompletableFuture<Order> others = underWay.putIfAbsent(order.id(), mine);
        if (others != null) {
            return others;
        }
        try {
            workers.execute(() -> work(order, mine));
        } catch (RejectedExecutionException e) {
            // This instance ends: the order is another's to go on with.
            underWay.remove(order.id());
            mine.completeExceptionally(new ProblemException(
                    Problem.of(ProblemKind.SERVICE_UNAVAILABLE, "This instance is about to end.")));
        }
        return mine;
    }

    private void work(Order order, CompletableFuture<Order> result) {
        try {
            Order settled = CurrentUser.during(order.placer().user(), () -> saga.settle(order));
            underWay.remove(order.id());
            result.complete(settled);
        } catch (Throwable e) {
            // Before the answer: a request that repeats it begins anew.
            underWay.remove(order.id());
            result.completeExceptionally(e);
        }
    }

    private static Order await(CompletableFuture<Order> settled, Order unfinished, Duration patience) {
        try {
            return settled.get(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return unfinished;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unfinished;
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

    /** Lets what was answered as unfinished come to its end; what does not is another instance's to go on with. */
    @Override
    public void stop() {
        running = false;
        workers.shutdown();
        try {
            if (!workers.awaitTermination(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("{} orders stay unfinished", underWay.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
