package dev.holdfast.lock.client;

import dev.holdfast.lock.api.LockRef;
import java.time.Duration;
import java.util.List;

/** The body of a PUT: what a lease is to be. */
record LeaseRequest(List<LockRef> locks, String ttl, String owner) {

    static LeaseRequest exclusive(String lock, Duration ttl, String owner) {
        return new LeaseRequest(List.of(new LockRef(lock, "exclusive")), ttl.toString(), owner);
    }
}
