package dev.holdfast.order.checkout;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Orders, the newest first.
 *
 * @param nextCursor the cursor of the page after, left out at the end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OrderPage(List<OrderView> orders, @Nullable String nextCursor) {

    static final int SIZE = 100;

    /** @param found one more than a page has, if there is another page */
    static OrderPage of(List<Order> found) {
        List<Order> orders = found.stream().limit(SIZE).toList();
        return new OrderPage(
                orders.stream().map(OrderView::withoutSteps).toList(),
                found.size() > SIZE ? OrderCursor.after(orders.getLast()).toString() : null);
    }
}
