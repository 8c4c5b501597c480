package dev.holdfast.lock.client;

import dev.holdfast.lock.client.Answer.Kind;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lease that is not renewed, for who knows from the start how long it may last. */
final class FixedLease {
    private static final Logger log = LoggerFactory.getLogger(FixedLease.class);

    private final SharedParts parts;
    private final UUID id;
    private final LockSet locks;
    private final LeaseRequest request;
    private final long token;
    private volatile Duration ttl;

    FixedLease(SharedParts parts, UUID id, LockSet locks, LeaseRequest request, Duration ttl, long token) {
        this.parts = parts;
        this.id = id;
        this.locks = locks;
        this.request = request;
        this.ttl = ttl;
        this.token = token;
    }

    /** Lets the lease end after this time from now, be that earlier or later than before. False if nobody confirmed it. */
    boolean endAfter(Duration time) {
        Answer answer = parts.leases().renew(id, request.withTtl(time), token, RemoteLeases.CALL_TIMEOUT);
        if (answer.kind() != Kind.HELD) {
            log.warn("Could not let the lease {} on {} end after {}: {}", id, locks, time, answer.reason());
            return false;
        }
        ttl = time;
        return true;
    }

    /** Ends the lease now, or in the background if the service does not confirm it. */
    void release() {
        Answer answer = parts.leases().release(id, token);
        if (answer.kind() == Kind.ENDED) {
            log.warn("Lost the lease {} on {} before its release: {}", id, locks, answer.problem());
        } else if (answer.kind() != Kind.RELEASED) {
            log.warn("Could not release the lease {} on {}: {}", id, locks, answer.reason());
            parts.abandonment().begin(id, ttl);
        }
    }
}
