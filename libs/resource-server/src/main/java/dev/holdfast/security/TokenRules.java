package dev.holdfast.security;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;

/** What a signed token must say to count here: whose it is, for whom, and that its time is now (RFC 7519, section 4.1). */
final class TokenRules implements OAuth2TokenValidator<Jwt> {
    /** By how much the issuer's clock and this one may differ. */
    private static final Duration SKEW = Duration.ofSeconds(30);

    private final String issuer;
    private final Set<String> audiences;

    TokenRules(String issuer, Collection<String> audiences) {
        this.issuer = issuer;
        this.audiences = Set.copyOf(audiences);
    }

    @Override
    public OAuth2TokenValidatorResult validate(Jwt token) {
        String flaw = flaw(token);
        return flaw == null
                ? OAuth2TokenValidatorResult.success()
                : OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token", flaw, null));
    }

    private @Nullable String flaw(Jwt token) {
        Instant now = Instant.now();
        Instant end = token.getExpiresAt();
        Instant begin = token.getNotBefore();
        if (end == null) {
            return "The token never expires.";
        }
        if (!now.isBefore(end.plus(SKEW))) {
            return "The token has expired.";
        }
        if (begin != null && now.isBefore(begin.minus(SKEW))) {
            return "The token is not valid yet.";
        }
        if (!issuer.equals(token.getClaimAsString("iss"))) {
            return "The token is of another issuer.";
        }
        if (token.getAudience() == null || Collections.disjoint(audiences, token.getAudience())) {
            return "The token is for another audience.";
        }
        return null;
    }
}
