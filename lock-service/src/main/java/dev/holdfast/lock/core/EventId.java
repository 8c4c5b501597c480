package dev.holdfast.lock.core;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name of an event within its namespace, written {@code 1795373475442-0}; later events have greater ones. */
public record EventId(long time, long number) implements Comparable<EventId> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})-(\\d{1,18})");
    private static final Comparator<EventId> ORDER =
            Comparator.comparingLong(EventId::time).thenComparingLong(EventId::number);

    /** Before all events. */
    public static final EventId NONE = new EventId(0, 0);

    /** Reads the written form; nothing if the text is none. */
    public static Optional<EventId> parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches()
                ? Optional.of(new EventId(Long.parseLong(form.group(1)), Long.parseLong(form.group(2))))
                : Optional.empty();
    }

    @Override
    public int compareTo(EventId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return time + "-" + number;
    }
}
