package dev.holdfast.inventory;

import dev.holdfast.lock.api.ProblemType;

/** What became of a step. */
sealed interface Outcome {

    /** It is done, now or before. */
    record Done(Reservation reservation) implements Outcome {}

    /** It was not done and will not be. */
    record Refused(ProblemType why) implements Outcome {}
}
