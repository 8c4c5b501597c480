package dev.holdfast.defaults.problem;

import dev.holdfast.lock.api.ProblemType;

/** The kinds of problem of the sample services, orders and inventory. */
public enum SampleProblem implements ProblemType {
    PAYMENT_DECLINED(
            402,
            false,
            "The payment was declined",
            "The order was cancelled and what was reserved for it is available again.",
            "Order again under a new Idempotency-Key; the same key gives the same answer."),
    PAYMENT_TIMED_OUT(
            402,
            false,
            "The payment did not come through",
            "The payment gave no answer for too long: the order was cancelled, and whatever was charged is given back.",
            "Order again later, under a new Idempotency-Key; the same key gives the same answer."),

    OUT_OF_STOCK(
            409,
            false,
            "Not enough in stock",
            "Fewer pieces were available than ordered, and the order was cancelled.",
            "Order less, or later, under a new Idempotency-Key; the same key gives the same answer."),
    STALE_FENCING_TOKEN(
            409,
            false,
            "The fencing token is stale",
            "The inventory has seen a higher token for this SKU: the lease behind this one has been lost to another.",
            "Stop. To go on, take the lock again and come with its token."),
    RESERVATION_CANCELLED(
            409,
            false,
            "The reservation is cancelled",
            "The order's reservation was cancelled, perhaps before this request arrived.",
            "Order again under a new Idempotency-Key."),
    RESERVATION_CONFIRMED(
            409,
            false,
            "The reservation is confirmed",
            "What was reserved for the order is sold and cannot be given back by cancelling.",
            "Leave it; the order is done."),

    INVALID_ORDER(
            422,
            false,
            "Not an order",
            "An order is {sku, quantity}: a SKU is [A-Za-z0-9._-]{1,100} and neither . nor .., "
                    + "a quantity a whole number from 1 to 1000.",
            "Mend what the detail names."),
    INVALID_RESTOCK(
            422,
            false,
            "Not a restock",
            "A SKU is [A-Za-z0-9._-]{1,100} and neither . nor .., a quantity a whole number from 1 to 1000000, "
                    + "and no more than 1000000000 pieces of a SKU are ever stocked.",
            "Mend what the detail names."),
    UNKNOWN_SKU(
            422,
            false,
            "The SKU is unknown",
            "Nothing was ever stocked under this SKU.",
            "Check the SKU, or restock it first."),
    IDEMPOTENCY_KEY_REUSED(
            422,
            false,
            "The key stands for another request",
            "This Idempotency-Key, or this order id, came before with another body.",
            "Make a new key for each order; repeat a request as it was."),

    LOCK_UNAVAILABLE(
            503,
            true,
            "The stock could not be locked",
            "No lock was taken in time, so nothing more was done for the order.",
            SampleProblem.REPEAT),
    INVENTORY_UNAVAILABLE(
            503,
            true,
            "The inventory did not answer",
            "Whether the last step was done there is unknown; the order is not finished, or was not begun.",
            SampleProblem.REPEAT),
    PAYMENT_UNAVAILABLE(
            503,
            true,
            "The payment gave no answer",
            "Whether the order is charged is unknown; it is not finished, and what is reserved for it stays reserved.",
            SampleProblem.REPEAT);

    private static final String REPEAT =
            "Repeat the request with the same Idempotency-Key after Retry-After: it goes on where it stopped. "
                    + "Unrepeated, it is gone on with later.";

    private final int status;
    private final boolean retryable;
    private final String title;
    private final String meaning;
    private final String remedy;

    SampleProblem(int status, boolean retryable, String title, String meaning, String remedy) {
        this.status = status;
        this.retryable = retryable;
        this.title = title;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public boolean retryable() {
        return retryable;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
