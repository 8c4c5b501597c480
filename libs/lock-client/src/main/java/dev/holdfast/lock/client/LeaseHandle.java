package dev.holdfast.lock.client;

import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;

/** What a holder has in hand: nothing inside refers to it, so that a forgotten one is noticed. */
final class LeaseHandle implements HeldLease {
    private final RenewedLease lease;
    private final Hold hold;
    private final Cleaner.Cleanable forgotten;

    LeaseHandle(RenewedLease lease, Hold hold, Cleaner cleaner) {
        this.lease = lease;
        this.hold = hold;
        this.forgotten = cleaner.register(this, () -> lease.forgotten(hold));
    }

    @Override
    public LockSet locks() {
        return lease.locks();
    }

    @Override
    public UUID id() {
        return lease.id();
    }

    @Override
    public long fencingToken() {
        return lease.fencingToken();
    }

    @Override
    public Duration remaining() {
        return lease.remaining(hold);
    }

    @Override
    public void ensureHeld() {
        lease.ensureHeld(hold);
    }

    @Override
    public void onLost(Consumer<LeaseLostException> callback) {
        lease.onLost(hold, callback);
    }

    @Override
    public void interruptOnLoss() {
        lease.interruptOnLoss(hold, Thread.currentThread());
    }

    @Override
    public HeldLease reenter() {
        return lease.reenter(hold);
    }

    @Override
    public void close() {
        try {
            lease.close(hold);
        } finally {
            // Finds nothing left to do, and is not called again.
            forgotten.clean();
        }
    }
}
