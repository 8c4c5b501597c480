package dev.holdfast.order.checkout;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The id under which an order is found in traces, of 32 hexadecimal digits.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C Trace Context</a>
 */
record TraceId(String value) {

    static final String HEADER = "traceparent";

    /** Any version but ff. A later one may go on after the flags. */
    private static final Pattern PARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    /** The trace that a request belongs to; a new one if it names none, or not properly. */
    static TraceId of(@Nullable String traceparent) {
        Matcher parent = PARENT.matcher(traceparent == null ? "" : traceparent);
        return new TraceId(
                parent.matches()
                        ? parent.group(1)
                        : UUID.randomUUID().toString().replace("-", ""));
    }
}
