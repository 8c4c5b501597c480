package dev.holdfast.lock.api;

import java.util.List;

/**
 * What became of the wish to break a lock.
 *
 * @param graceMillis after which the leases end
 * @param holders the leases that end, with all their locks
 */
public record BreakView(String name, long graceMillis, List<HolderView> holders) {}
