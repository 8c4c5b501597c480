package dev.holdfast.security;

import java.security.SecureRandom;
import java.util.Base64;

/** Tokens for what a service asks itself. Nobody else is told one, no other instance takes it, and it ends soon. */
public final class OwnTokens {
    private static final int BYTES = 32;

    private final TokenVerifier verifier;
    private final SecureRandom random = new SecureRandom();

    OwnTokens(TokenVerifier verifier) {
        this.verifier = verifier;
    }

    /** A new token, which is this caller's until {@link Caller#expiresAt}. */
    public String lend(Caller caller) {
        byte[] secret = new byte[BYTES];
        random.nextBytes(secret);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        verifier.remember(token, caller);
        return token;
    }
}
