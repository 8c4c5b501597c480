package dev.holdfast.order.checkout;

import dev.holdfast.security.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Who placed an order.
 *
 * @param caller whose token it was; empty for orders from before callers were known, which are nobody's
 * @param onBehalfOf for whom the caller said it called
 */
record Placer(String caller, @Nullable String onBehalfOf) {

    private static final String ADMIN = "orders:admin";

    static Placer of(Caller caller) {
        return new Placer(caller.name(), caller.onBehalfOf());
    }

    boolean isSeenBy(Caller reader) {
        return caller.equals(reader.name()) || mayReadAll(reader);
    }

    static boolean mayReadAll(Caller reader) {
        return reader.may(ADMIN);
    }

    /** The name that goes along with the work on the order, for the logs of others; null if it is not known. */
    @Nullable
    String user() {
        return onBehalfOf != null || caller.isEmpty() ? onBehalfOf : caller;
    }
}
