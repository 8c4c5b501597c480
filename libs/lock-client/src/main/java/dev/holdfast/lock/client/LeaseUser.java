package dev.holdfast.lock.client;

import java.util.Optional;

/**
 * For whom the program takes its locks, in the lock service's audit log. A bean of this type is asked before each call, on
 * the thread that makes it: renewals in the background have no user.
 *
 * <p>The lock service believes it of callers with the scope {@code users:relay}. It authorizes nothing.
 */
@FunctionalInterface
public interface LeaseUser {

    /** The user's name, or empty if the program works for itself. */
    Optional<String> name();
}
