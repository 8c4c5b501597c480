package dev.holdfast.token;

/**
 * This program's own access token, by OAuth 2.0 client credentials (RFC 6749, section 4.4).
 *
 * <p>It is renewed ahead, in the background, when about two thirds of its life are over. While the issuer is away the
 * one at hand is used for as long as it is valid. Safe for use by several threads.
 */
public interface ServiceToken {

    /**
     * A valid token. Waits for the issuer, at most three seconds, only if there is none.
     *
     * @throws ServiceTokenException if the issuer gave none
     */
    String value();

    /**
     * Says that a service answered 401 to this token. Another one is then fetched, unless that was done in the last ten
     * seconds.
     *
     * @return whether {@link #value} is another one now, with which to try again
     */
    boolean refused(String value);
}
