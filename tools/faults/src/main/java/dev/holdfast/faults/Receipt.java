package dev.holdfast.faults;

/**
 * An order that was acknowledged as settled.
 *
 * @param status of the answer: 201, 402 or 409
 * @param sentNanos when it was first sent
 * @param receivedNanos when the answer was there
 */
record Receipt(Purchase purchase, String order, int status, long sentNanos, long receivedNanos) {

    boolean isConfirmed() {
        return status == 201;
    }
}
