package dev.holdfast.lock.core;

import java.time.Duration;
import java.time.format.DateTimeParseException;

/** How long a lease lives without a renewal. */
public record Ttl(Duration value) {
    public static final Duration SHORTEST = Duration.ofMillis(100);
    public static final Duration LONGEST = Duration.ofHours(24);
    private static final int MAX_TEXT = 40;

    /** @throws InvalidValueException if the duration is not from 100 ms to 24 h */
    public Ttl {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw invalid("ttl must be from 100 ms to 24 hours.");
        }
    }

    /**
     * Reads an ISO 8601 duration such as {@code PT30S}.
     *
     * @throws InvalidValueException if it is not one, or out of range
     */
    public static Ttl parse(String text) {
        if (text.length() > MAX_TEXT) {
            throw invalid("ttl must be an ISO 8601 duration such as \"PT30S\".");
        }
        try {
            return new Ttl(Duration.parse(text));
        } catch (DateTimeParseException e) {
            throw invalid("ttl must be an ISO 8601 duration such as \"PT30S\".");
        }
    }

    private static InvalidValueException invalid(String message) {
        return new InvalidValueException(InvalidValueException.Kind.TTL, message);
    }

    public long toMillis() {
        return value.toMillis();
    }
}
