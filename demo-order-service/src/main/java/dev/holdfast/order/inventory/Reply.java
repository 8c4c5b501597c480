package dev.holdfast.order.inventory;

/** What the inventory said to a step. */
public enum Reply {
    /** It is done, now or before. */
    DONE,
    OUT_OF_STOCK,
    UNKNOWN_SKU,
    RESERVATION_CANCELLED,
    /** It was not done: another has had the lock since. */
    STALE_FENCING_TOKEN
}
