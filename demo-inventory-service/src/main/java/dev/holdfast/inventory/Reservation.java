package dev.holdfast.inventory;

import java.util.UUID;

/**
 * Pieces set aside for an order.
 *
 * @param quantity 0 when the order was cancelled before it reserved
 */
record Reservation(UUID orderId, String sku, long quantity, State state) {

    /** How far a reservation got; all but the first are final. */
    enum State {
        RESERVED,
        CONFIRMED,
        CANCELLED,
        /** There was too little in stock. */
        REFUSED
    }

    boolean isFor(Sku wanted, long pieces) {
        return sku.equals(wanted.value()) && quantity == pieces;
    }
}
