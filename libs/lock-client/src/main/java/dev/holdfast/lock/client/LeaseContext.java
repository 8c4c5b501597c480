package dev.holdfast.lock.client;

import java.util.function.Function;
import reactor.util.context.Context;

/** The context of a reactive chain that does its work under a lease. */
public final class LeaseContext {

    private LeaseContext() {}

    /** For {@code contextWrite}: what is upstream of it is done under the lease. */
    public static Function<Context, Context> of(HeldLease lease) {
        return context -> context.put(CurrentLease.KEY, lease);
    }
}
