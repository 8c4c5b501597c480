package dev.holdfast.order.checkout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.holdfast.order.checkout.Order.Status;
import dev.holdfast.order.checkout.Order.Step;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An order, as it is answered. What does not apply is left out.
 *
 * @param reason why it is cancelled, or being cancelled: the slug of a problem
 * @param steps what was done for it, in that order; GET only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OrderView(
        UUID id,
        String sku,
        int quantity,
        Status status,
        @Nullable String reason,
        @Nullable List<Step> steps) {

    static OrderView of(Order order) {
        return new OrderView(order.id(), order.sku(), order.quantity(), order.status(), null, null);
    }

    static OrderView withSteps(Order order) {
        String reason = order.reason() == null ? null : order.reason().slug();
        return new OrderView(order.id(), order.sku(), order.quantity(), order.status(), reason, order.steps());
    }
}
