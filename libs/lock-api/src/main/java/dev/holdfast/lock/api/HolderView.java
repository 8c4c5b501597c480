package dev.holdfast.lock.api;

import java.util.List;
import java.util.Map;

/** Who holds a lock. */
public record HolderView(
        String leaseId,
        List<LockRef> locks,
        String owner,
        String caller,
        long fencingToken,
        long heldMillis,
        long expiresInMillis,
        long renewals,
        Map<String, Object> metadata) {}
