package dev.holdfast.lock.core;

/** A lock that a lease asks for, and how. */
public record LockSpec(LockName name, LockMode mode) {}
