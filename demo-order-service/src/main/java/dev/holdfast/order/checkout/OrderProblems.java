package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemTranslator;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.client.LockNotAcquiredException;
import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import dev.holdfast.order.inventory.InventoryUnavailableException;
import dev.holdfast.order.payment.PaymentUnavailableException;
import dev.holdfast.token.ServiceTokenException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** What an order waits for and does not get is a 503: it stays unfinished, and the same request goes on with it. */
@Component
final class OrderProblems implements ProblemTranslator {

    private static final Logger log = LoggerFactory.getLogger(OrderProblems.class);

    @Override
    public @Nullable Problem translate(Throwable error) {
        if (error instanceof LockNotAcquiredException e && e.reason() != Reason.REFUSED) {
            log.warn("{}", e.getMessage());
            return Problem.of(SampleProblem.LOCK_UNAVAILABLE);
        }
        if (isForWantOfAToken(error)) {
            log.warn("{}", error.getMessage());
            return Problem.of(
                    ProblemKind.ISSUER_UNAVAILABLE,
                    "The issuer gives this service no token by which to go on. An order that was stored is gone on with"
                            + " later.");
        }
        if (error instanceof InventoryUnavailableException e) {
            log.warn("{}", e.getMessage());
            return Problem.of(SampleProblem.INVENTORY_UNAVAILABLE);
        }
        if (error instanceof PaymentUnavailableException e) {
            log.warn("{}", e.getMessage());
            return Problem.of(SampleProblem.PAYMENT_UNAVAILABLE);
        }
        return null;
    }

    private static boolean isForWantOfAToken(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServiceTokenException) {
                return true;
            }
        }
        return false;
    }
}
