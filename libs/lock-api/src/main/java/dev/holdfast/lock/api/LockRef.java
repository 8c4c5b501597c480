package dev.holdfast.lock.api;

/**
 * A lock that a lease asks for without permits.
 *
 * @param mode {@code exclusive} or {@code shared}
 */
public record LockRef(String name, String mode) {}
