package dev.holdfast.lock.client;

import java.time.Duration;

/** Where it is counted what becomes of leases. */
interface LeaseMeters {
    LeaseMeters NONE = new LeaseMeters() {
        @Override
        public void waited(String outcome, Duration time) {}

        @Override
        public void held(String outcome, Duration time) {}

        @Override
        public void lost() {}
    };

    /**
     * A caller asked for locks.
     *
     * @param outcome {@code held}, or the {@linkplain LockNotAcquiredException.Reason reason} why not, in lower case
     */
    void waited(String outcome, Duration time);

    /**
     * A lease is over.
     *
     * @param outcome {@code released}, {@code lost} or {@code forgotten}
     */
    void held(String outcome, Duration time);

    /** A lease ended before it was released. */
    void lost();
}
