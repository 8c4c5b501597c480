package dev.holdfast.testing.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A token to be. Each call gives another one; {@link #mint} signs it. */
public final class TestToken {
    private final Map<String, Object> claims;
    private final RSAKey key;

    TestToken(String issuer, RSAKey key) {
        this(Map.of("iss", issuer, "aud", TestIssuer.AUDIENCE, "sub", "test", "exp", date(Duration.ofHours(1))), key);
    }

    private TestToken(Map<String, Object> claims, RSAKey key) {
        this.claims = claims;
        this.key = key;
    }

    public TestToken subject(String subject) {
        return claim("sub", subject);
    }

    public TestToken scopes(String... scopes) {
        return claim("scope", String.join(" ", scopes));
    }

    public TestToken namespaces(String... namespaces) {
        return claim("namespaces", List.of(namespaces));
    }

    /** It expires so long after now; before now if negative. */
    public TestToken lifetime(Duration lifetime) {
        return claim("exp", date(lifetime));
    }

    /** With a claim as it is in JSON, or without it if the value is null. */
    public TestToken claim(String name, @Nullable Object value) {
        Map<String, Object> changed = new HashMap<>(claims);
        if (value == null) {
            changed.remove(name);
        } else {
            changed.put(name, value);
        }
        return new TestToken(changed, key);
    }

    /** The token as it goes after {@code Bearer}. */
    public String mint() {
        try {
            return signed(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()), new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The token as the value of {@code Authorization}. */
    public String bearer() {
        return "Bearer " + mint();
    }

    RSAKey key() {
        return key;
    }

    TestToken signedWith(RSAKey other) {
        return new TestToken(claims, other);
    }

    JWTClaimsSet claims() {
        JWTClaimsSet.Builder set = new JWTClaimsSet.Builder();
        claims.forEach(set::claim);
        return set.build();
    }

    String signed(JWSHeader.Builder header, JWSSigner signer) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header.build(), claims());
        jwt.sign(signer);
        return jwt.serialize();
    }

    static Date date(Duration fromNow) {
        return Date.from(Instant.now().plus(fromNow));
    }
}
