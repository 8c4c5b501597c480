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
import org.slf4j.event.Level;

/**
 * The log lines of who did what, for whoever asks later: what operators broke, what an admin did to another's lease, and on
 * DEBUG who was granted what, gave it back, or was told that it is over.
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

    /**
     * What a caller was told of a lease. A renewal or a wait of its own, a refusal, and what was released before leave no
     * line.
     */
    static void told(Namespace in, LeaseId id, Caller caller, Outcome outcome) {
        switch (outcome) {
            case Outcome.Held held -> held(in, id, caller, held);
            case Outcome.Waiting waiting -> renewed(in, id, caller, waiting.lease());
            case Outcome.Ended ended -> ended(in, id, caller, ended);
            default -> {
                // Nothing was done.
            }
        }
    }

    private static void held(Namespace in, LeaseId id, Caller caller, Outcome.Held held) {
        Lease lease = held.lease();
        if (!held.justGranted()) {
            renewed(in, id, caller, lease);
            return;
        }
        Level level = level(!lease.isOf(caller.name()));
        if (log.isEnabledForLevel(level)) {
            log.atLevel(level)
                    .log(
                            "grant {}/{} by {}, token {}, owner {}, {}",
                            in,
                            id,
                            caller,
                            held.token(),
                            lease.owner(),
                            names(lease));
        }
    }

    private static void renewed(Namespace in, LeaseId id, Caller caller, Lease lease) {
        if (!lease.isOf(caller.name())) {
            log.info("renew {}/{} by {}, of {}", in, id, caller, lease.caller());
        }
    }

    private static void ended(Namespace in, LeaseId id, Caller caller, Outcome.Ended ended) {
        if (ended.justEnded() || ended.how() != Ending.RELEASED) {
            // Whose it was is not known any more. An admin's own ones are few.
            log.atLevel(level(ended.justEnded() && caller.may(Scopes.ADMIN)))
                    .log("{} {}/{} by {}", word(ended.how()), in, id, caller);
        }
    }

    private static Level level(boolean ofAnother) {
        return ofAnother ? Level.INFO : Level.DEBUG;
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
