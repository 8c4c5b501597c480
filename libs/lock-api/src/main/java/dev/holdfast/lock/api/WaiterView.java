package dev.holdfast.lock.api;

import org.jspecify.annotations.Nullable;

/**
 * Who waits for a lock.
 *
 * @param position in this lock's queue, from 1
 * @param estimatedWaitMillis how long it will still wait if those ahead keep an exclusive lock as long as others did
 *     lately; left out when nothing is known of that
 */
public record WaiterView(
        String leaseId,
        String owner,
        String caller,
        long position,
        long waitedMillis,
        @Nullable Long estimatedWaitMillis) {}
