package dev.holdfast.lock.core;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A lease as the store has it.
 *
 * @param caller who acquired it, or queued for it
 * @param token only when it is held
 * @param age since it was granted, or since it began to wait
 * @param expiry when it ends unless it is renewed; for a waiter: unless it is polled
 * @param revocation when it ends because an operator asked for one of its locks
 * @param holdEnd when it ends however often it is renewed
 */
public record Lease(
        LeaseId id,
        List<LockSpec> locks,
        Owner owner,
        String caller,
        String metadata,
        @Nullable FencingToken token,
        Duration age,
        long renewals,
        Countdown expiry,
        @Nullable Countdown revocation,
        @Nullable Countdown holdEnd) {

    /** The caller of leases that were made before callers had to say who they are: these are whoever's who asks. */
    private static final String NOBODY = "anonymous";

    /** Whether the lease is this caller's own. */
    public boolean isOf(String someone) {
        return caller.equals(someone) || caller.equals(NOBODY);
    }

    /** Whether it has a lock for itself, so that its token orders it after all who had that lock before. */
    public boolean isFencing() {
        return LockSpec.isFencing(locks);
    }
}
