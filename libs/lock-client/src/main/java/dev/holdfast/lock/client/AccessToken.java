package dev.holdfast.lock.client;

/**
 * The bearer token that calls to the lock service carry. A bean of this type takes the place of the settings.
 *
 * <p>It is asked before each call, on the thread that makes it, by several at a time.
 */
@FunctionalInterface
public interface AccessToken {

    /**
     * The token to send now.
     *
     * @throws RuntimeException if there is none: nothing is sent, and the lock service counts as out of reach
     */
    String value();

    /**
     * Says that the lock service answered 401 to this token.
     *
     * @return whether {@link #value} is another one now, with which the call is made again
     */
    default boolean refused(String value) {
        return false;
    }
}
