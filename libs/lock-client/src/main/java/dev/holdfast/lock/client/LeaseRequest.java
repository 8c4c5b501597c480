package dev.holdfast.lock.client;

import dev.holdfast.lock.api.LeaseLockView;
import java.time.Duration;
import java.util.List;

/** The body of a PUT: what a lease is to be. */
record LeaseRequest(List<LeaseLockView> locks, String ttl, String owner) {

    static LeaseRequest of(LockSet locks, Duration ttl, String owner) {
        return new LeaseRequest(locks.locks(), ttl.toString(), owner);
    }

    LeaseRequest withTtl(Duration ttl) {
        return new LeaseRequest(locks, ttl.toString(), owner);
    }
}
