package dev.holdfast.order.checkout;

import dev.holdfast.lock.client.HeldLease;
import dev.holdfast.lock.client.LeaseLostException;
import dev.holdfast.lock.client.LockNotAcquiredException;
import dev.holdfast.lock.client.Locks;
import dev.holdfast.order.checkout.OrderStore.Left;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Goes on with the orders that nobody finishes: those of an instance that died, and those that got a 503 and were not
 * repeated.
 *
 * <p>Of all instances one does it, elected by a lock; the others wait in its queue. Its token is kept in the database
 * and a lower one is refused, so one that was paused and does not know that another was elected takes up nothing. An
 * order that some instance does work on may be taken up all the same: the SKU's lock, and a look at the order under it,
 * keep them from doing a step twice.
 */
@Component
@EnableConfigurationProperties(RecoveryProperties.class)
class Recovery implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    private static final String LOCK = "orders:recovery";
    /** How long the orders of a dead instance wait for the next, when it was the elected one. */
    private static final Duration TTL = Duration.ofSeconds(3);
    /** It gives its place in the queue up for a moment after so long. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final Locks locks;
    private final OrderStore orders;
    private final OrderDesk desk;
    private final Duration every;

    private volatile boolean elected;
    /** As long as this instance is elected. */
    private volatile long stuck;

    private volatile @Nullable Thread thread;

    Recovery(Locks locks, OrderStore orders, OrderDesk desk, RecoveryProperties properties, MeterRegistry meters) {
        this.locks = locks;
        this.orders = orders;
        this.desk = desk;
        this.every = properties.every();
        Gauge.builder("demo.orders.recovery.elected", () -> elected ? 1 : 0)
                .description("1 at the instance that goes on with the orders of others")
                .register(meters);
        Gauge.builder("demo.orders.stuck", () -> stuck)
                .description("Orders that were taken up several times in vain, at the elected instance")
                .register(meters);
    }

    private void run() {
        try {
            while (true) {
                standForElection();
                Thread.sleep(every);
            }
        } catch (InterruptedException e) {
            // It is stopped.
            Thread.currentThread().interrupt();
        }
    }

    private void standForElection() throws InterruptedException {
        try (HeldLease lease = locks.acquire(LOCK, TTL, PATIENCE)) {
            log.info("Elected to recover orders, with token {}", lease.fencingToken());
            elected = true;
            recover(lease);
        } catch (LeaseLostException e) {
            log.info("No longer elected to recover orders");
        } catch (LockNotAcquiredException e) {
            // Another is elected, or nobody can be: it stands again.
            log.debug("Not elected", e);
        } catch (RuntimeException | Error e) {
            log.error("The recovery failed; it stands for election again", e);
        } finally {
            elected = false;
            stuck = 0;
        }
    }

    private void recover(HeldLease lease) throws InterruptedException {
        while (true) {
            lease.ensureHeld();
            if (!takeUp(lease.fencingToken())) {
                log.info("Another instance was elected since");
                return;
            }
            Thread.sleep(every);
        }
    }

    /** Returns whether this is still the elected one. A database that is away for a while changes nothing about that. */
    private boolean takeUp(long token) {
        try {
            Optional<Left> left = orders.takeUp(token);
            left.ifPresent(this::takeUp);
            return left.isPresent();
        } catch (DataAccessException e) {
            log.debug("Cannot look for orders", e);
            return true;
        }
    }

    private void takeUp(Left left) {
        stuck = left.stuck();
        left.due().forEach(this::takeUp);
    }

    /** One that cannot be read, as of a later release, keeps nobody from the others. */
    private void takeUp(UUID id) {
        try {
            goOn(orders.find(id).orElseThrow());
        } catch (RuntimeException e) {
            log.warn("Order {} cannot be taken up: {}", id, e.toString());
        }
    }

    private void goOn(Order left) {
        var unused = desk.goOn(left).whenComplete((order, failure) -> {
            if (failure == null) {
                log.info("Order {}, left {}, is {}", left.id(), left.status(), order.status());
            } else {
                log.info("Order {} stays unfinished: {}", left.id(), failure.getMessage());
            }
        });
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("recovery").start(this::run);
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** After the drain, and before the desk, which finishes what was taken up. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE;
    }

    /** The lock is given back: another is elected at once. */
    @Override
    public void stop() {
        Thread running = thread;
        thread = null;
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(TTL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
