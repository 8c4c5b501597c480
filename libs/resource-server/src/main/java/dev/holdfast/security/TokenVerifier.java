package dev.holdfast.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.nimbusds.jose.KeySourceException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;

/**
 * Finds out whose token it is. One that was verified is remembered by its SHA-256 until it expires, so that the next
 * request with it costs a hash. A key that the issuer withdraws meanwhile takes effect on tokens that are not remembered.
 */
final class TokenVerifier {
    private static final Logger log = LoggerFactory.getLogger(TokenVerifier.class);
    /** More than a server takes in a header by default. */
    private static final int MAX_CHARACTERS = 16 * 1024;

    private final JwtDecoder decoder;
    private final CallerReader reader;
    private final Cache<ByteBuffer, Caller> verified;

    /** @param decoder verifies signature, issuer, audience and times */
    TokenVerifier(JwtDecoder decoder, CallerReader reader, int cachedTokens) {
        this.decoder = decoder;
        this.reader = reader;
        this.verified = Caffeine.newBuilder()
                .maximumSize(cachedTokens)
                .expireAfter(Expiry.<ByteBuffer, Caller>creating((digest, caller) -> timeLeft(caller)))
                .build();
    }

    private static Duration timeLeft(Caller caller) {
        Duration left = Duration.between(Instant.now(), caller.expiresAt());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Whose token it is, if it was verified before and has not expired. Blocks nobody. */
    @Nullable
    Caller remembered(String token) {
        Caller caller = verified.getIfPresent(digest(token));
        // The cache counts by a clock that may stand still while the machine sleeps.
        return caller != null && Instant.now().isBefore(caller.expiresAt()) ? caller : null;
    }

    /**
     * Whose token it is. Blocks while the issuer's keys are fetched.
     *
     * @throws Refusal if it is not good, or the keys cannot be had
     */
    Caller verify(String token) {
        if (token.length() > MAX_CHARACTERS) {
            throw Refusal.invalidToken("The token is too long.");
        }
        Caller caller = reader.read(decoded(token));
        remember(token, caller);
        return caller;
    }

    /** Takes the token for this caller's, until it expires. */
    void remember(String token, Caller caller) {
        verified.put(digest(token), caller);
    }

    private Jwt decoded(String token) {
        try {
            return decoder.decode(token);
        } catch (JwtValidationException e) {
            throw Refusal.invalidToken(
                    String.valueOf(e.getErrors().iterator().next().getDescription()));
        } catch (BadJwtException e) {
            log.debug("A token was refused", e);
            throw notOurs();
        } catch (JwtException e) {
            throw withoutKeys(e);
        }
    }

    private static Refusal withoutKeys(JwtException e) {
        if (e.getCause() instanceof KeySourceException) {
            return Refusal.issuerUnavailable();
        }
        log.debug("A token was refused", e);
        return notOurs();
    }

    private static Refusal notOurs() {
        return Refusal.invalidToken("The token is not a JWT that the issuer signed, by an algorithm that counts here.");
    }

    private static ByteBuffer digest(String token) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
