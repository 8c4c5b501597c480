package dev.holdfast.testing.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.PlainJWT;
import java.time.Duration;

/** The ways in which a token is none: each makes one of a token that would do. */
public enum BadToken {
    EXPIRED {
        @Override
        String spoil(TestToken token) {
            return token.lifetime(Duration.ofHours(-1)).mint();
        }
    },
    /** It would be good for ever. */
    WITHOUT_END {
        @Override
        String spoil(TestToken token) {
            return token.claim("exp", null).mint();
        }
    },
    NOT_YET_VALID {
        @Override
        String spoil(TestToken token) {
            return token.claim("nbf", TestToken.date(Duration.ofMinutes(30))).mint();
        }
    },
    WRONG_AUDIENCE {
        @Override
        String spoil(TestToken token) {
            return token.claim("aud", "another-service").mint();
        }
    },
    WRONG_ISSUER {
        @Override
        String spoil(TestToken token) {
            return token.claim("iss", "https://issuer.example").mint();
        }
    },
    WITHOUT_SUBJECT {
        @Override
        String spoil(TestToken token) {
            return token.claim("sub", null).mint();
        }
    },
    /** {@code alg: none}: not signed at all. */
    UNSIGNED {
        @Override
        String spoil(TestToken token) {
            return new PlainJWT(token.claims()).serialize();
        }
    },
    /** HS256, with the public key, which everyone has, as the secret. */
    SIGNED_WITH_THE_PUBLIC_KEY {
        @Override
        String spoil(TestToken token) throws JOSEException {
            RSAKey key = token.key();
            return token.signed(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()),
                    new MACSigner(key.toRSAPublicKey().getEncoded()));
        }
    },
    /** Under the name of the issuer's key. */
    SIGNED_WITH_ANOTHER_KEY {
        @Override
        String spoil(TestToken token) throws JOSEException {
            return token.signedWith(new RSAKey.Builder(Others.KEY)
                            .keyID(token.key().getKeyID())
                            .build())
                    .mint();
        }
    },
    OF_AN_UNKNOWN_KEY {
        @Override
        String spoil(TestToken token) {
            return token.signedWith(Others.KEY).mint();
        }
    },
    /** Another payload than was signed. */
    CHANGED {
        @Override
        String spoil(TestToken token) {
            String[] parts = token.mint().split("\\.", -1);
            String other = token.subject("root").mint().split("\\.", -1)[1];
            return parts[0] + "." + other + "." + parts[2];
        }
    },
    TRUNCATED {
        @Override
        String spoil(TestToken token) {
            String whole = token.mint();
            return whole.substring(0, whole.length() - 20);
        }
    },
    NOT_A_JWT {
        @Override
        String spoil(TestToken token) {
            return "c2VjcmV0";
        }
    };

    abstract String spoil(TestToken token) throws JOSEException;

    /** The bad token, as it goes after {@code Bearer}. */
    public String of(TestToken token) {
        try {
            return spoil(token);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Others {
        static final RSAKey KEY = TestIssuer.newKey();
    }
}
