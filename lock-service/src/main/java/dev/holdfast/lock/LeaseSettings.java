package dev.holdfast.lock;

import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.Ttl;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Limits of each namespace.
 *
 * @param maxTtl the longest TTL, from 100 ms to 24 h
 * @param maxWaiters how many may wait for one lock
 * @param maxLeases how many leases, held or waiting, a namespace may have
 * @param maxEnded how many leases that have ended in the last two minutes a namespace remembers
 * @param maxHold how long a lease may be held however often it is renewed; without it for ever
 */
@ConfigurationProperties("holdfast.leases")
record LeaseSettings(
        @DefaultValue("24h") Duration maxTtl,
        @DefaultValue("20000") int maxWaiters,
        @DefaultValue("200000") int maxLeases,
        @DefaultValue("2000000") int maxEnded,
        @Nullable Duration maxHold) {

    LeaseSettings {
        if (maxTtl.compareTo(Ttl.SHORTEST) < 0 || maxTtl.compareTo(Ttl.LONGEST) > 0) {
            throw new IllegalArgumentException("holdfast.leases.max-ttl must be from 100ms to 24h: " + maxTtl);
        }
        if (maxHold != null && maxHold.compareTo(Ttl.SHORTEST) < 0) {
            throw new IllegalArgumentException("holdfast.leases.max-hold must be at least 100ms: " + maxHold);
        }
        if (maxWaiters < 1 || maxLeases < 1 || maxEnded < 1) {
            throw new IllegalArgumentException(
                    "holdfast.leases.max-waiters, max-leases and max-ended must be at least 1");
        }
    }

    LeaseRules rules() {
        return new LeaseRules(maxTtl, maxWaiters, maxLeases, maxEnded, maxHold);
    }
}
