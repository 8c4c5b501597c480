package dev.holdfast.defaults.drain;

/** Something that keeps requests open and must let go of them before its service can stop. */
@FunctionalInterface
public interface Drainable {

    /**
     * Ends what is open: called once, when callers have had time to learn that this instance is going and just before
     * the web server stops taking requests and waits for those in flight. Returns at once.
     */
    void drain();
}
