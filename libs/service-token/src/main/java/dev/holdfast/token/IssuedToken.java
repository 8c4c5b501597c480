package dev.holdfast.token;

import java.time.Duration;

/**
 * A token as it comes from the issuer.
 *
 * @param life how long it is valid from when it was asked for
 */
record IssuedToken(String value, Duration life) {}
