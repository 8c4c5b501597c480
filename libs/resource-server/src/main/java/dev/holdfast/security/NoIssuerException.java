package dev.holdfast.security;

/** A service was to start that would not know whose tokens to believe. */
final class NoIssuerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoIssuerException() {
        super("no issuer or no audience is configured");
    }
}
