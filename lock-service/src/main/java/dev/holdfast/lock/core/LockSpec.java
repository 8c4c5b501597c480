package dev.holdfast.lock.core;

import java.util.List;

/** A lock that a lease asks for, and how. */
public record LockSpec(LockName name, LockMode mode) {

    /** Whether one of these is for itself alone, so that a token orders it after all who had that lock before. */
    public static boolean isFencing(List<LockSpec> locks) {
        return locks.stream().anyMatch(lock -> lock.mode().equals(LockMode.EXCLUSIVE));
    }
}
