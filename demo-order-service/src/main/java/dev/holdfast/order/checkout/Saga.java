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
import dev.holdfast.order.payment.PaymentProperties;
import dev.holdfast.order.payment.PaymentUnavailableException;
import dev.holdfast.order.payment.Payments;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The work on an order: reserve, charge, confirm; or refund and release what was done.
 *
 * <p>It goes on from the last step that is stored, whoever did it. A step is done and then stored, with where the order
 * stands. Whoever dies in between, or gets no answer, leaves a step that may be done: it is done again, and each counts
 * once for an order. A step is left out only when its refusal is known.
 *
 * <p>Each write to the inventory has a lease on the SKU's lock of its own. The payment needs none, and a slow one keeps
 * nobody else from the SKU.
 */
@Component
class Saga {

    private static final Logger log = LoggerFactory.getLogger(Saga.class);

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
    private final Duration paymentPatience;
    private final Turns turns = new Turns();

    Saga(OrderStore orders, Inventory inventory, Payments payments, Locks locks, PaymentProperties properties) {
        this.orders = orders;
        this.inventory = inventory;
        this.payments = payments;
        this.locks = locks;
        this.paymentPatience = properties.patience();
    }

    /**
     * Works on the order until it is settled.
     *
     * @throws LockNotAcquiredException if it was not for want of the lock, and so of the inventory, the payment and the
     *     database: the order stays as far as it got
     */
    Order settle(Order unfinished) {
        long begun = System.nanoTime();
        Order order = unfinished;
        while (!order.isSettled()) {
            UUID id = order.id();
            // What another instance did meanwhile counts as well.
            order = step(order, begun).orElseGet(() -> required(id));
        }
        return order;
    }

    /** Does the next step and stores it; empty if the order turns out to have moved. */
    private Optional<Order> step(Order order, long begun) {
        if (order.reason() != null && order.owesRefund()) {
            return refund(order, order.reason());
        }
        return order.reason() == null && order.status() == Status.RESERVED ? charge(order) : write(order, begun);
    }

    private Optional<Order> charge(Order order) {
        try {
            return switch (payments.charge(order.id(), order.quantity())) {
                case CHARGED -> orders.store(order, Step.CHARGED, Status.CHARGED, null, null);
                case DECLINED ->
                    orders.store(order, Step.DECLINED, order.status(), SampleProblem.PAYMENT_DECLINED, null);
            };
        } catch (PaymentUnavailableException e) {
            if (Instant.now().isBefore(order.steps().getLast().at().plus(paymentPatience))) {
                throw e;
            }
            return orders.store(order, Step.GIVEN_UP, order.status(), SampleProblem.PAYMENT_TIMED_OUT, null);
        }
    }

    private Optional<Order> refund(Order order, SampleProblem reason) {
        payments.refund(order.id(), order.quantity());
        Status then = order.has(Step.REFUSED) ? Status.CANCELLED : order.status();
        return orders.store(order, Step.REFUNDED, then, reason, null);
    }

    /** The next write to the inventory, under a fresh lease. */
    private Optional<Order> write(Order order, long begun) {
        String lock = "stock:" + order.sku();
        return turns.take(lock, left(begun), () -> {
            try (HeldLease lease = lease(lock, begun)) {
                // What was read before the grant may be old: another instance may have worked on it.
                Order now = required(order.id());
                if (now.status() != order.status() || now.reason() != order.reason()) {
                    return Optional.of(now);
                }
                return under(lease, () -> writeUnder(lease.fencingToken(), now));
            } catch (LeaseLostException e) {
                log.info("Lost the lease for order {}; a fresh one goes on", order.id());
                return Optional.empty();
            }
        });
    }

    private static <T> T under(HeldLease lease, Supplier<T> work) {
        try {
            return lease.call(work::get);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("The work throws nothing that is checked", e);
        }
    }

    private Optional<Order> writeUnder(long token, Order order) {
        SampleProblem reason = order.reason();
        UUID id = order.id();
        if (reason != null) {
            return after(inventory.cancel(id, order.sku()), order, token, Step.RELEASED, Status.CANCELLED);
        }
        if (order.status() == Status.PENDING) {
            Reply reply = inventory.reserve(id, order.sku(), order.quantity());
            return after(reply, order, token, Step.RESERVED, Status.RESERVED);
        }
        return after(inventory.confirm(id), order, token, Step.CONFIRMED, Status.CONFIRMED);
    }

    private Optional<Order> after(Reply reply, Order order, long token, Step step, Status then) {
        Optional<Order> stored =
                switch (reply) {
                    case DONE -> orders.store(order, step, then, order.reason(), token);
                    case OUT_OF_STOCK -> refuse(order, token, SampleProblem.OUT_OF_STOCK);
                    case UNKNOWN_SKU -> refuse(order, token, SampleProblem.UNKNOWN_SKU);
                    case RESERVATION_CANCELLED -> refuse(order, token, SampleProblem.RESERVATION_CANCELLED);
                    case STALE_FENCING_TOKEN -> Optional.empty();
                };
        if (stored.isEmpty()) {
            log.info("The token for order {} is stale; a fresh lease goes on", order.id());
            pause();
        }
        return stored;
    }

    /** The inventory holds nothing for the order and will not: there is nothing to release, but perhaps to refund. */
    private Optional<Order> refuse(Order order, long token, SampleProblem reason) {
        if (order.reason() != null) {
            throw new IllegalStateException("The inventory cannot cancel order " + order.id() + ": " + reason);
        }
        Status then = order.owesRefund() ? order.status() : Status.CANCELLED;
        return orders.store(order, Step.REFUSED, then, reason, token);
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
