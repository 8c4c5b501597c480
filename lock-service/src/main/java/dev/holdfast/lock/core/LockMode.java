package dev.holdfast.lock.core;

import dev.holdfast.lock.core.InvalidValueException.Kind;

/** How a lease holds a lock. */
public sealed interface LockMode {

    /** Alone. */
    LockMode EXCLUSIVE = Whole.EXCLUSIVE;

    /** Beside others who share it. */
    LockMode SHARED = Whole.SHARED;

    /** The lock as a whole. */
    enum Whole implements LockMode {
        EXCLUSIVE,
        SHARED
    }

    /**
     * Some of the lock's permits.
     *
     * @param permits how many, from 1 to all
     * @param of how many the lock has; all who use it at a time say the same
     */
    record Permits(int permits, int of) implements LockMode {
        private static final int MOST = 1_000_000;

        /** @throws InvalidValueException unless 1 &lt;= permits &lt;= of &lt;= 1,000,000 */
        public Permits {
            if (permits < 1 || permits > of || of > MOST) {
                throw new InvalidValueException(
                        Kind.PERMITS, "permits and of must be whole numbers, 1 <= permits <= of <= 1000000.");
            }
        }
    }
}
