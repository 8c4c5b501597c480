package dev.holdfast.order.payment;

/** The payment service gave no answer: whether the order is charged is unknown. Ask again, never assume. */
public final class PaymentUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PaymentUnavailableException(String message) {
        super(message);
    }
}
