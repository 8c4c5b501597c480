package dev.holdfast.lock.redis;

/** The scripts of the store, loaded once. */
record Scripts(Script ensure, Script release, Script find, Script abandon, Script sweep, Script inspect) {

    static Scripts load() {
        return load(Script.REDIS_CLOCK);
    }

    static Scripts load(String clock) {
        return new Scripts(
                Script.load("ensure", clock),
                Script.load("release", clock),
                Script.load("find", clock),
                Script.load("abandon", clock),
                Script.load("sweep", clock),
                Script.load("inspect", clock));
    }
}
