package dev.holdfast.lock.core;

import java.util.regex.Pattern;

/** A set of locks with one order of tokens and queues: the unit of sharding, quota and authorization. */
public record Namespace(String value) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    /** @throws InvalidValueException if the value is not of the form {@code [a-z0-9][a-z0-9._-]{0,62}} */
    public Namespace {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.NAMESPACE, "The namespace must match [a-z0-9][a-z0-9._-]{0,62}.");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
