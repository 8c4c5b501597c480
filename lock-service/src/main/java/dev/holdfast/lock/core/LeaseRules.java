package dev.holdfast.lock.core;

import java.time.Duration;
import java.util.Map;

/**
 * What leases are bound by in every store.
 *
 * @param limits those of every namespace that has none of its own
 * @param ofNamespaces those of the others
 */
public record LeaseRules(Limits limits, Map<Namespace, Limits> ofNamespaces) {

    public LeaseRules {
        ofNamespaces = Map.copyOf(ofNamespaces);
    }

    /** The same limits for every namespace. */
    public LeaseRules(Limits limits) {
        this(limits, Map.of());
    }

    public Limits of(Namespace namespace) {
        return ofNamespaces.getOrDefault(namespace, limits);
    }

    /** The longest grace before a lock is broken. */
    public static final Duration MAX_GRACE = Duration.ofHours(1);

    /** How long a place in a queue outlives the last request for it. */
    public static final Duration PLACE_GRACE = Duration.ofSeconds(10);

    /** How long a lock is offered to a waiter before it goes to the next. */
    public static final Duration CLAIM_GRACE = Duration.ofSeconds(5);

    /** How long an ended id is known as such, at least; a UUIDv7 older than this is refused. */
    public static final Duration ENDED_WINDOW = Duration.ofMinutes(2);

    /** How far ahead of the store's clock the time in a UUIDv7 may be. */
    public static final Duration MINTED_AHEAD = Duration.ofHours(24);

    /** The longest a request waits. */
    public static final Duration MAX_WAIT = Duration.ofSeconds(30);

    public static final int MAX_LOCKS = 32;

    /**
     * How long a client may be silent without losing its turn: an offer made meanwhile waits no longer than
     * {@link #CLAIM_GRACE}.
     */
    public static Duration keepPlace() {
        return PLACE_GRACE.compareTo(CLAIM_GRACE) < 0 ? PLACE_GRACE : CLAIM_GRACE;
    }
}
