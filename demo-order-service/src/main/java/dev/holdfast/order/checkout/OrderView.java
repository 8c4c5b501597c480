package dev.holdfast.order.checkout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.order.checkout.Order.Done;
import dev.holdfast.order.checkout.Order.Status;
import dev.holdfast.order.checkout.Order.Step;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An order, as it is answered. What does not apply is left out.
 *
 * @param reason why it is cancelled, or being cancelled: the slug of a problem
 * @param traceId of the request that placed it
 * @param steps what was done for it, in that order; of one order only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OrderView(
        UUID id,
        String sku,
        int quantity,
        Status status,
        @Nullable String reason,
        @Nullable Instant placedAt,
        @Nullable String traceId,
        @Nullable List<StepView> steps) {

    /**
     * A step that was done for an order.
     *
     * @param fencingToken of the lease it was done under, if it needed one
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record StepView(Step step, Instant at, @Nullable Long fencingToken) {

        static StepView of(Done done) {
            return new StepView(done.step(), done.at(), done.token());
        }
    }

    /** What is the same however often it is asked for, once the order is settled. */
    static OrderView of(Order order) {
        return new OrderView(order.id(), order.sku(), order.quantity(), order.status(), null, null, null, null);
    }

    static OrderView withoutSteps(Order order) {
        return view(order, null);
    }

    static OrderView withSteps(Order order) {
        return view(order, order.steps().stream().map(StepView::of).toList());
    }

    private static OrderView view(Order order, @Nullable List<StepView> steps) {
        SampleProblem reason = order.reason();
        TraceId trace = order.traceId();
        return new OrderView(
                order.id(),
                order.sku(),
                order.quantity(),
                order.status(),
                reason == null ? null : reason.slug(),
                order.placedAt(),
                trace == null ? null : trace.value(),
                steps);
    }
}
