package dev.holdfast.faults;

/**
 * An order to be placed.
 *
 * @param key its idempotency key
 * @param forgotten whether its client sends it once and never asks again, whatever it is answered
 */
record Purchase(String key, String sku, int quantity, boolean forgotten) {}
