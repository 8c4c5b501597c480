package dev.holdfast.order.checkout;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in the list of orders: the one it stands for and all that are newer are left out. */
record OrderCursor(Instant placedAt, UUID id) {

    /** Microseconds, as the database counts, and the id: orders may be placed in the same microsecond. */
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})");

    static OrderCursor after(Order order) {
        return new OrderCursor(order.placedAt(), order.id());
    }

    static Optional<OrderCursor> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new OrderCursor(
                        Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS),
                        UUID.fromString(parts.group(2))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, placedAt) + "_" + id;
    }
}
