package dev.holdfast.lock.core;

import java.util.regex.Pattern;

/** The name of a lock within its namespace. A path segment as it stands. */
public record LockName(String value) implements Comparable<LockName> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

    /** @throws InvalidValueException if the value is not {@code [A-Za-z0-9._:-]{1,200}}, or is {@code .} or {@code ..} */
    public LockName {
        if (!FORM.matcher(value).matches() || value.equals(".") || value.equals("..")) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.LOCK_NAME,
                    "A lock name must match [A-Za-z0-9._:-]{1,200} and be neither \".\" nor \"..\".");
        }
    }

    /** Whether names may begin with this: empty, or the characters of a name. */
    public static boolean isPrefix(String value) {
        return value.isEmpty() || FORM.matcher(value).matches();
    }

    @Override
    public int compareTo(LockName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
