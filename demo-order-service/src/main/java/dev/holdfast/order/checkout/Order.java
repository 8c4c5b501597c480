package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.SampleProblem;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An order as it is stored.
 *
 * @param placer whose it is
 * @param reason why it is cancelled or, while unfinished, being cancelled: from then on there is no way forward
 * @param traceId of the request that placed it; orders from before there were any have none
 * @param steps what was done for it, in that order
 */
record Order(
        UUID id,
        Placer placer,
        String sku,
        int quantity,
        Status status,
        @Nullable SampleProblem reason,
        @Nullable TraceId traceId,
        Instant placedAt,
        List<Done> steps) {

    /** Where an order stands: forward in this order, or cancelled from any but {@code CONFIRMED}. */
    enum Status {
        PENDING,
        RESERVED,
        CHARGED,
        CONFIRMED,
        CANCELLED
    }

    /** What is done for an order: forward the first three, the others when it cannot be. */
    enum Step {
        RESERVED,
        CHARGED,
        CONFIRMED,
        /** The inventory refused it. Nothing is reserved. */
        REFUSED,
        /** The payment was declined. */
        DECLINED,
        /** The payment gave no answer for too long: it may be charged. */
        GIVEN_UP,
        /** What was charged, if anything was, is given back, and nothing will be charged. */
        REFUNDED,
        /** What was reserved is available again. */
        RELEASED
    }

    /**
     * A step that was done.
     *
     * @param token of the lease it was done under; none for what is no business of the inventory's
     */
    record Done(Step step, Instant at, @Nullable Long token) {}

    /** The order once this step is done. */
    Order after(Done done, Status then, @Nullable SampleProblem why) {
        List<Done> more = Stream.concat(steps.stream(), Stream.of(done)).toList();
        return new Order(id, placer, sku, quantity, then, why, traceId, placedAt, more);
    }

    boolean isSettled() {
        return status == Status.CONFIRMED || status == Status.CANCELLED;
    }

    boolean isFor(String wanted, int pieces) {
        return sku.equals(wanted) && quantity == pieces;
    }

    boolean has(Step step) {
        return steps.stream().anyMatch(done -> done.step() == step);
    }

    /** Something may be charged that no order is for. */
    boolean owesRefund() {
        return (has(Step.CHARGED) || has(Step.GIVEN_UP)) && !has(Step.REFUNDED);
    }
}
