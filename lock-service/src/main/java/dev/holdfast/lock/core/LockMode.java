package dev.holdfast.lock.core;

/** How a lease holds a lock. */
public enum LockMode {
    /** Alone. */
    EXCLUSIVE
}
