package dev.holdfast.lock.web;

import dev.holdfast.lock.core.Lease;
import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.lock.core.Outcome;
import dev.holdfast.lock.core.Outcome.Ending;
import dev.holdfast.security.Caller;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log lines of who did what, for whoever asks later: what operators broke, and on DEBUG who was granted what, gave it
 * back, or was told that it is over.
 *
 * <p>What callers name in them is printable and on one line: names, owners and reasons are checked when they come.
 */
final class Audit {
    private static final Logger log = LoggerFactory.getLogger("dev.holdfast.audit");

    private Audit() {}

    static void broken(Namespace in, LockName lock, Caller caller, BreakBody wish, List<Lease> leases) {
        log.info(
                "break {}/{} by {} after {}, leases {}: {}",
                in,
                lock,
                caller,
                wish.grace(),
                leases.stream().map(Lease::id).toList(),
                wish.reason());
    }

    /** What a caller was told of a lease; a renewal, a wait, a refusal, and what was released before leave no line. */
    static void told(Namespace in, LeaseId id, Caller caller, Outcome outcome) {
        if (!log.isDebugEnabled()) {
            return;
        }
        if (outcome instanceof Outcome.Held held && held.justGranted()) {
            Lease lease = held.lease();
            log.debug(
                    "grant {}/{} by {}, token {}, owner {}, {}",
                    in,
                    id,
                    caller,
                    held.token(),
                    lease.owner(),
                    names(lease));
        } else if (outcome instanceof Outcome.Ended ended && (ended.justEnded() || ended.how() != Ending.RELEASED)) {
            log.debug("{} {}/{} by {}", word(ended.how()), in, id, caller);
        }
    }

    private static String word(Ending how) {
        return switch (how) {
            case RELEASED -> "release";
            case EXPIRED -> "expiry";
            case REVOKED -> "revocation";
        };
    }

    private static String names(Lease lease) {
        return String.join(
                " ", lease.locks().stream().map(lock -> lock.name().value()).toList());
    }
}
