package dev.holdfast.lock.core;

/**
 * What events are bound by.
 *
 * @param kept how many of the last events of a namespace a store keeps, or some more; with 0 there are no events
 * @param maxFollowers how many may follow events at one instance
 */
public record EventRules(int kept, int maxFollowers) {}
