package dev.holdfast.order.inventory;

/** The inventory did not answer, or could not: whether the step was done is unknown. Ask again, never assume. */
public final class InventoryUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InventoryUnavailableException(String message) {
        super(message);
    }

    InventoryUnavailableException(Throwable cause) {
        super("The inventory did not answer: " + cause.getMessage(), cause);
    }
}
