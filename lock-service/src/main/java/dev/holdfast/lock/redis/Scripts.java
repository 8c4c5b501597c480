package dev.holdfast.lock.redis;

import dev.holdfast.lock.core.LeaseRules;

/** The scripts of the store, loaded once. */
record Scripts(Script ensure, Script release, Script find, Script abandon, Script sweep, Script inspect) {

    static Scripts load(LeaseRules rules) {
        return load(Script.REDIS_CLOCK, rules);
    }

    static Scripts load(String clock, LeaseRules rules) {
        return new Scripts(
                Script.load("ensure", clock, rules),
                Script.load("release", clock, rules),
                Script.load("find", clock, rules),
                Script.load("abandon", clock, rules),
                Script.load("sweep", clock, rules),
                Script.load("inspect", clock, rules));
    }
}
