package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.lock.client.HeldLease;
import dev.holdfast.lock.client.LeaseLostException;
import dev.holdfast.lock.client.LockNotAcquiredException;
import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import dev.holdfast.lock.client.Locks;
import dev.holdfast.order.checkout.Order.Status;
import dev.holdfast.order.checkout.Order.Step;
import dev.holdfast.order.inventory.Inventory;
import dev.holdfast.order.inventory.Reply;
import dev.holdfast.order.payment.Payments;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The work on an order: reserve, charge, confirm; or release and refund what was done.
 *
 * <p>It goes on from the last step that is stored, whoever did it. A step is done under a lease on the SKU's lock and
 * then stored. Whoever dies in between, or gets no answer, leaves a step that may be done: it is done again, and each
 * counts once for an order. A step is left out only when its refusal is known.
 */
@Component
class Settlement {

    private static final Logger log = LoggerFactory.getLogger(Settlement.class);

    private static final Duration TTL = Duration.ofSeconds(3);
    /** How long an order is worked on: longer than anyone waits for the answer, with a queue before the lock. */
    private static final Duration LONGEST = Duration.ofSeconds(20);
    /** A lock service that cannot be reached is tried again for so long: one of its instances may just have died. */
    private static final Duration RECOVERY = Duration.ofMillis(500);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final OrderStore orders;
    private final Inventory inventory;
    private final Payments payments;
    private final Locks locks;
    private final Turns turns = new Turns();

    Settlement(OrderStore orders, Inventory inventory, Payments payments, Locks locks) {
        this.orders = orders;
        this.inventory = inventory;
        this.payments = payments;
        this.locks = locks;
    }

    /**
     * Works on the order until it is settled.
     *
     * @throws LockNotAcquiredException if it was not for want of the lock, and so of the inventory and the database:
     *     the order stays as far as it got
     */
    Order settle(Order pending) {
        long begun = System.nanoTime();
        String lock = "stock:" + pending.sku();
        return turns.take(lock, LONGEST, () -> settle(pending, lock, begun));
    }

    private Order settle(Order pending, String lock, long begun) {
        Order order = pending;
        while (!order.isSettled()) {
            try (HeldLease lease = lease(lock, begun)) {
                order = workUnder(lease, order.id());
            } catch (LeaseLostException e) {
                log.info("Lost the lease for order {}; a fresh one goes on", order.id());
                order = required(order.id());
            }
        }
        return order;
    }

    /** Asks once without waiting: a lock service that cannot answer is known at once, not when the wait is over. */
    private HeldLease lease(String lock, long begun) {
        long asked = System.nanoTime();
        while (true) {
            if (left(begun).isZero()) {
                throw new LockNotAcquiredException(Reason.BUSY, "No time is left for the lock " + lock, null, null);
            }
            try {
                return locks.tryAcquire(lock, TTL).orElseGet(() -> locks.acquire(lock, TTL, left(begun)));
            } catch (LockNotAcquiredException e) {
                if (e.reason() != Reason.UNAVAILABLE || since(asked).compareTo(RECOVERY) > 0) {
                    throw e;
                }
                pause();
            }
        }
    }

    /** Returns the order settled, or as it is when the lease turns out to be another's. */
    private Order workUnder(HeldLease lease, UUID id) {
        // What was read before the grant may be old: another instance may have worked on it.
        Order order = required(id);
        while (!order.isSettled()) {
            lease.ensureHeld();
            Optional<Order> next = step(order, lease.fencingToken());
            if (next.isEmpty()) {
                log.info("The token for order {} is stale; a fresh lease goes on", id);
                pause();
                return required(id);
            }
            order = next.get();
        }
        return order;
    }

    /** Does the next step and stores it; empty if a newer lease forbids it. */
    private Optional<Order> step(Order order, long token) {
        SampleProblem reason = order.reason();
        if (reason != null) {
            return compensate(order, reason, token);
        }
        if (!order.has(Step.RESERVED)) {
            Reply reply = inventory.reserve(order.id(), order.sku(), order.quantity(), token);
            return after(reply, order, token, Step.RESERVED, Status.PENDING);
        }
        if (!order.has(Step.CHARGED)) {
            return payments.charge(order.id(), order.quantity())
                    ? store(order, token, Step.CHARGED, Status.PENDING, null)
                    : store(order, token, Step.DECLINED, Status.PENDING, SampleProblem.PAYMENT_DECLINED);
        }
        return after(inventory.confirm(order.id(), token), order, token, Step.CONFIRMED, Status.CONFIRMED);
    }

    private Optional<Order> after(Reply reply, Order order, long token, Step step, Status status) {
        return switch (reply) {
            case DONE -> store(order, token, step, status, null);
            case OUT_OF_STOCK -> refuse(order, token, SampleProblem.OUT_OF_STOCK);
            case UNKNOWN_SKU -> refuse(order, token, SampleProblem.UNKNOWN_SKU);
            case RESERVATION_CANCELLED -> refuse(order, token, SampleProblem.RESERVATION_CANCELLED);
            case STALE_FENCING_TOKEN -> Optional.empty();
        };
    }

    /** The inventory holds nothing for the order and will not: there is nothing to release, but perhaps to refund. */
    private Optional<Order> refuse(Order order, long token, SampleProblem reason) {
        Status status = order.has(Step.CHARGED) ? Status.PENDING : Status.CANCELLED;
        return store(order, token, Step.REFUSED, status, reason);
    }

    private Optional<Order> compensate(Order order, SampleProblem reason, long token) {
        if (order.has(Step.CHARGED) && !order.has(Step.REFUNDED)) {
            payments.refund(order.id());
            Status status = order.has(Step.REFUSED) ? Status.CANCELLED : Status.PENDING;
            return store(order, token, Step.REFUNDED, status, reason);
        }
        Reply reply = inventory.cancel(order.id(), order.sku(), token);
        return switch (reply) {
            case DONE -> store(order, token, Step.RELEASED, Status.CANCELLED, reason);
            case STALE_FENCING_TOKEN -> Optional.empty();
            case OUT_OF_STOCK, UNKNOWN_SKU, RESERVATION_CANCELLED ->
                throw new IllegalStateException("The inventory cannot cancel order " + order.id() + ": " + reply);
        };
    }

    private Optional<Order> store(Order order, long token, Step step, Status status, @Nullable SampleProblem reason) {
        Order next = order.after(step, status, reason);
        return orders.store(next, step, token) ? Optional.of(next) : Optional.empty();
    }

    private Order required(UUID id) {
        return orders.find(id).orElseThrow();
    }

    private static Duration left(long begun) {
        Duration left = LONGEST.minus(since(begun));
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
