package dev.holdfast.lock.api;

/**
 * A step of a deadlock: this owner waits for the lock, which the owner of the next step holds or wants before it. After
 * the last step comes the first.
 */
public record CycleStep(String owner, String waitsFor) {}
