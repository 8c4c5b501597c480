package dev.holdfast.lock.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a lock.
 *
 * @param fencingToken when the lease has an exclusive lock
 * @param revokeInMillis when an operator has asked for one of its locks
 */
public record HolderView(
        String leaseId,
        List<LeaseLockView> locks,
        String owner,
        String caller,
        @Nullable Long fencingToken,
        long heldMillis,
        long expiresInMillis,
        long renewals,
        @Nullable Long revokeInMillis,
        Map<String, Object> metadata) {}
