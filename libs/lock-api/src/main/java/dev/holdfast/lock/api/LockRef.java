package dev.holdfast.lock.api;

/**
 * A lock of a lease.
 *
 * @param mode {@code exclusive}
 */
public record LockRef(String name, String mode) {}
