package dev.holdfast.lock.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One handle's part in a lease, and whom to tell when it is lost. Guarded by the lease.
 *
 * <p>It does not refer to the handle: the lease renews itself, and a handle that nobody else refers to is garbage.
 */
final class Hold {
    final List<Consumer<LeaseLostException>> callbacks = new ArrayList<>();
    final List<Thread> workers = new ArrayList<>();
    final @Nullable Throwable taken;

    /** @param taken where, if that is to be known */
    Hold(@Nullable Throwable taken) {
        this.taken = taken;
    }
}
