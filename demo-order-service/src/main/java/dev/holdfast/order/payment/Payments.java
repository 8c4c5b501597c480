package dev.holdfast.order.payment;

import java.util.UUID;

/** The payment service, as orders need it: one payment an order, however often it is asked. */
public interface Payments {

    /** What a payment service says to a charge. */
    enum Answer {
        CHARGED,
        DECLINED
    }

    /**
     * Charges for the order's pieces, unless that was done, declined or refunded before.
     *
     * @throws PaymentUnavailableException if there is no answer: whether it is charged is unknown
     */
    Answer charge(UUID order, int quantity);

    /** Gives back what was charged, if anything was; a charge that comes later is declined. */
    void refund(UUID order, int quantity);
}
