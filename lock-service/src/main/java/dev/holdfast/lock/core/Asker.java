package dev.holdfast.lock.core;

/**
 * Who asks for something to be done to a lease. It is done if the lease is the caller's own, as whoever acquired it or
 * queued for it; neither the lease's id nor its token nor its owner allows anything.
 *
 * @param caller the authenticated subject; on one line
 * @param isAdmin whether the leases of others are open to it as well
 */
public record Asker(String caller, boolean isAdmin) {}
