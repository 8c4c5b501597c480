package dev.holdfast.lock.client;

import java.lang.ref.Cleaner;

/**
 * What all leases of a program share.
 *
 * @param abandonment ends those that nobody here wants any more
 * @param timer when to renew which
 * @param lanes over which they are renewed
 * @param cleaner notices handles that were forgotten
 * @param traces whether a forgotten handle is logged with where it was taken
 */
record SharedParts(
        RemoteLeases leases,
        Abandonment abandonment,
        LeaseTimer timer,
        RenewalLanes lanes,
        LeaseMeters meters,
        Cleaner cleaner,
        boolean traces) {

    static SharedParts of(RemoteLeases leases, LeaseMeters meters, boolean traces) {
        LeaseTimer timer = new LeaseTimer();
        Abandonment abandonment = new Abandonment(leases, timer);
        return new SharedParts(leases, abandonment, timer, new RenewalLanes(), meters, Cleaner.create(), traces);
    }
}
