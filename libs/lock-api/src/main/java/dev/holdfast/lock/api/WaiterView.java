package dev.holdfast.lock.api;

/**
 * Who waits for a lock.
 *
 * @param position in this lock's queue, from 1
 */
public record WaiterView(String leaseId, String owner, String caller, long position, long waitedMillis) {}
