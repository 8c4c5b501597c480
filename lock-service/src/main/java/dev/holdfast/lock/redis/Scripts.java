package dev.holdfast.lock.redis;

import dev.holdfast.lock.core.EventRules;
import dev.holdfast.lock.core.LeaseRules;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The scripts of the store, loaded once.
 *
 * @param maxHold as they know it from the rules
 */
record Scripts(
        @Nullable Duration maxHold,
        Script ensure,
        Script release,
        Script find,
        Script abandon,
        Script sweep,
        Script inspect,
        Script breakLock) {

    static Scripts load(LeaseRules rules, EventRules events) {
        return load(Script.REDIS_CLOCK, rules, events);
    }

    static Scripts load(String clock, LeaseRules rules, EventRules events) {
        return new Scripts(
                rules.maxHold(),
                Script.load("ensure", clock, rules, events),
                Script.load("release", clock, rules, events),
                Script.load("find", clock, rules, events),
                Script.load("abandon", clock, rules, events),
                Script.load("sweep", clock, rules, events),
                Script.load("inspect", clock, rules, events),
                Script.load("break", clock, rules, events));
    }
}
