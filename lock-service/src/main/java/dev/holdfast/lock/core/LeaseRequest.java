package dev.holdfast.lock.core;

import static dev.holdfast.lock.core.InvalidValueException.Kind.LOCKS;

import java.util.Comparator;
import java.util.List;

/**
 * What a client asks a lease to be.
 *
 * @param locks 1 to 32, no name twice; kept in the order of their names
 * @param asker who asks; a new lease is its caller's
 * @param metadata a JSON object, for people
 */
public record LeaseRequest(
        Namespace namespace, LeaseId id, List<LockSpec> locks, Owner owner, Asker asker, Ttl ttl, String metadata) {

    /** @throws InvalidValueException if the locks are none, too many, or one name stands twice */
    public LeaseRequest {
        if (locks.isEmpty() || locks.size() > LeaseRules.MAX_LOCKS) {
            throw new InvalidValueException(LOCKS, "locks must be a list of 1 to 32 locks.");
        }
        locks = locks.stream().sorted(Comparator.comparing(LockSpec::name)).toList();
        if (locks.stream().map(LockSpec::name).distinct().count() < locks.size()) {
            throw new InvalidValueException(LOCKS, "locks must not name a lock twice.");
        }
    }
}
