package dev.holdfast.lock.core;

import java.util.List;

/**
 * A lock in use.
 *
 * @param revision rises whenever its holders, its queue or their metadata change
 * @param waiting how many wait
 * @param waiters the first of those, in order; none where locks are listed
 */
public record LockState(LockName name, long revision, List<Lease> holders, long waiting, List<Lease> waiters) {}
