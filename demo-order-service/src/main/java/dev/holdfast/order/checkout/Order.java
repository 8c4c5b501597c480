package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.SampleProblem;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An order as it is stored.
 *
 * @param reason why it is cancelled or, while pending, being cancelled
 * @param steps what is done for it, in that order
 */
record Order(
        UUID id,
        String sku,
        int quantity,
        Status status,
        @Nullable SampleProblem reason,
        List<Step> steps) {

    /** Where an order stands. */
    enum Status {
        PENDING,
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
        REFUNDED,
        /** What was reserved is available again. */
        RELEASED
    }

    /** The order once this step is done. */
    Order after(Step step, Status then, @Nullable SampleProblem why) {
        List<Step> more =
                Stream.concat(steps.stream(), Stream.of(step)).distinct().toList();
        return new Order(id, sku, quantity, then, why, more);
    }

    boolean isSettled() {
        return status != Status.PENDING;
    }

    boolean isFor(String wanted, int pieces) {
        return sku.equals(wanted) && quantity == pieces;
    }

    boolean has(Step step) {
        return steps.contains(step);
    }
}
