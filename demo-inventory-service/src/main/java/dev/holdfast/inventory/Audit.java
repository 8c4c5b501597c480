package dev.holdfast.inventory;

import dev.holdfast.fencing.FencingToken;
import dev.holdfast.fencing.StaleTokenException;
import dev.holdfast.security.Caller;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log lines of who changed what, for whoever asks later: the caller, and for whom it says it calls.
 *
 * <p>What callers name in them is printable and on one line: it is checked when it comes.
 */
final class Audit {

    private static final Logger log = LoggerFactory.getLogger("dev.holdfast.audit");

    private Audit() {}

    static void restocked(Sku sku, int quantity, Caller caller, Restock outcome) {
        log.info(
                "restock {} of {} by {}: {}",
                quantity,
                sku.value(),
                caller,
                switch (outcome) {
                    case Restock.Done done -> "done";
                    case Restock.Refused refused -> refused.why().slug();
                });
    }

    /** Does a step of an order, and tells how it went. */
    static Outcome step(String what, UUID order, FencingToken token, Caller caller, Supplier<Outcome> step) {
        try {
            Outcome outcome = step.get();
            told(
                    what,
                    order,
                    token,
                    caller,
                    switch (outcome) {
                        case Outcome.Done done -> "done";
                        case Outcome.Refused refused -> refused.why().slug();
                    });
            return outcome;
        } catch (StaleTokenException e) {
            told(what, order, token, caller, "stale");
            throw e;
        }
    }

    private static void told(String what, UUID order, FencingToken token, Caller caller, String how) {
        log.info("{} order {} by {}, token {}: {}", what, order, caller, token.value(), how);
    }
}
