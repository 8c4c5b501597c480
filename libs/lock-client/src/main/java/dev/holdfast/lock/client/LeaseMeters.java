package dev.holdfast.lock.client;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.UUID;

/**
 * What becomes of leases, as observations: a handler of the program's makes timers of them, another one spans.
 *
 * <p>The names of locks are in the spans alone. There are as many as there are things to lock, too many for a label.
 */
final class LeaseMeters {
    private static final String OUTCOME = "outcome";

    private final ObservationRegistry observations;
    private final Losses losses;

    /** Where losses are counted. */
    @FunctionalInterface
    interface Losses {
        void count();
    }

    LeaseMeters(ObservationRegistry observations, Losses losses) {
        this.observations = observations;
        this.losses = losses;
    }

    /** A caller asks for locks from now on. */
    Observation waiting(LockSet locks) {
        return begun("holdfast.lease.wait", "wait for " + locks, locks);
    }

    /** A lease is held from now on. */
    Observation holding(LockSet locks, UUID id) {
        return begun("holdfast.lease.hold", "hold " + locks, locks)
                .highCardinalityKeyValue("holdfast.lease", id.toString());
    }

    private Observation begun(String name, String contextualName, LockSet locks) {
        return Observation.createNotStarted(name, observations)
                .contextualName(contextualName)
                .highCardinalityKeyValue("holdfast.locks", locks.toString())
                .start();
    }

    /** Ends what was begun. Each outcome is one word. */
    static void end(Observation begun, String outcome) {
        begun.lowCardinalityKeyValue(KeyValue.of(OUTCOME, outcome)).stop();
    }

    /** A lease ended before it was released. */
    void lost() {
        losses.count();
    }
}
