package dev.holdfast.lock.api;

import java.util.Locale;

/**
 * The kind of a problem: what {@code /problems/<slug>} in the {@code type} of a problem detail means (RFC 9457).
 *
 * <p>Enums implement it. A kind never changes its slug or its status: clients decide by them.
 */
public interface ProblemType {

    /** The constant's name, of which the slug is made. */
    String name();

    /** The last segment of the problem's type, such as {@code lock-held}. */
    default String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The problem's {@code type}, a URI reference that the gateway serves as a page. */
    default String type() {
        return "/problems/" + slug();
    }

    /** The HTTP status it is answered with. */
    int status();

    /** Whether the same request may succeed later. */
    boolean retryable();

    String title();

    /** What the problem means, for people. */
    String meaning();

    /** What to do about it, for people. */
    String remedy();
}
