package dev.holdfast.lock.client;

import java.lang.ref.Cleaner;

/**
 * What all leases of a program share.
 *
 * @param abandonment ends those that nobody here wants any more
 * @param timer when to renew which
 * @param cleaner notices handles that were forgotten
 * @param traces whether a forgotten handle is logged with where it was taken
 */
record SharedParts(
        RemoteLeases leases,
        Abandonment abandonment,
        LeaseTimer timer,
        RenewalLanes lanes,
        Cleaner cleaner,
        boolean traces) {

    static SharedParts of(RemoteLeases leases, boolean traces) {
        LeaseTimer timer = new LeaseTimer();
        return new SharedParts(
                leases, new Abandonment(leases, timer), timer, new RenewalLanes(), Cleaner.create(), traces);
    }
}
