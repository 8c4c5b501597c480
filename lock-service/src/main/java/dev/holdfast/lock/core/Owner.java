package dev.holdfast.lock.core;

/** The label of the one sequential actor that holds a lease: for people and deadlock detection, never authority. */
public record Owner(String value) {
    private static final int MAX_CHARACTERS = 128;

    /** @throws InvalidValueException if the value is not 1 to 128 printable characters */
    public Owner {
        if (value.isBlank() || value.codePointCount(0, value.length()) > MAX_CHARACTERS || !isPrintable(value)) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.OWNER, "owner must be 1 to 128 printable characters.");
        }
    }

    /** No controls, line ends, invisible or direction marks, lone surrogates, or what Unicode leaves open. */
    public static boolean isPrintable(String text) {
        return text.codePoints().allMatch(Owner::isPrintable);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return value;
    }
}
