package dev.holdfast.inventory;

import dev.holdfast.lock.api.ProblemType;

/** What became of a restock. */
sealed interface Restock {

    /** The pieces are there, now or since the first request with this key. */
    record Done(Stock stock) implements Restock {}

    record Refused(ProblemType why) implements Restock {}
}
