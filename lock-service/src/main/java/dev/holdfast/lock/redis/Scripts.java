package dev.holdfast.lock.redis;

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

    static Scripts load(LeaseRules rules) {
        return load(Script.REDIS_CLOCK, rules);
    }

    static Scripts load(String clock, LeaseRules rules) {
        return new Scripts(
                rules.maxHold(),
                Script.load("ensure", clock, rules),
                Script.load("release", clock, rules),
                Script.load("find", clock, rules),
                Script.load("abandon", clock, rules),
                Script.load("sweep", clock, rules),
                Script.load("inspect", clock, rules),
                Script.load("break", clock, rules));
    }
}
