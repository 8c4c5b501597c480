package dev.holdfast.inventory;

/**
 * What there is of a SKU: {@code available + reserved + sold = stocked}.
 *
 * @param stocked all pieces that were ever stocked
 * @param fence the highest fencing token seen
 */
record Stock(String sku, long available, long reserved, long sold, long stocked, long fence) {}
