package dev.holdfast.lock.core;

/**
 * A number greater than that of every grant before in its namespace, below 2<sup>53</sup>.
 *
 * <p>A resource that refuses a lower one than it has seen is safe from a holder that does not know that it lost its
 * lease (M. Kleppmann, "How to do distributed locking", 2016).
 */
public record FencingToken(long value) implements Comparable<FencingToken> {
    private static final long LIMIT = 1L << 53;

    public FencingToken {
        if (!isToken(value)) {
            throw new IllegalArgumentException("a token is from 1 to 2^53 - 1: " + value);
        }
    }

    /** Whether a number can be a token. */
    public static boolean isToken(long value) {
        return value > 0 && value < LIMIT;
    }

    @Override
    public int compareTo(FencingToken other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
