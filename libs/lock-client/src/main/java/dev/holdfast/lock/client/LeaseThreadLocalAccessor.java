package dev.holdfast.lock.client;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/** Takes the current lease along to other threads where Micrometer's context propagation is on the class path. */
public final class LeaseThreadLocalAccessor implements ThreadLocalAccessor<HeldLease> {

    @Override
    public Object key() {
        return CurrentLease.KEY;
    }

    @Override
    public @Nullable HeldLease getValue() {
        return CurrentLease.ofThread();
    }

    @Override
    public void setValue(HeldLease lease) {
        CurrentLease.ofThread(lease);
    }

    @Override
    public void setValue() {
        CurrentLease.ofThread(null);
    }
}
