package dev.holdfast.lock.redis;

import dev.holdfast.lock.core.EventRules;

/** The scripts of the store, loaded once. */
record Scripts(
        Script ensure, Script release, Script find, Script abandon, Script sweep, Script inspect, Script breakLock) {

    static Scripts load(EventRules events) {
        return load(Script.REDIS_CLOCK, events);
    }

    static Scripts load(String clock, EventRules events) {
        return new Scripts(
                Script.load("ensure", clock, events),
                Script.load("release", clock, events),
                Script.load("find", clock, events),
                Script.load("abandon", clock, events),
                Script.load("sweep", clock, events),
                Script.load("inspect", clock, events),
                Script.load("break", clock, events));
    }
}
