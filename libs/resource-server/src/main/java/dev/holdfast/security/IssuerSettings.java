package dev.holdfast.security;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;

/**
 * Whose tokens count. Named as in Spring Boot.
 *
 * @param issuerUri the issuer, as its tokens name it
 * @param audiences a token must be for one of them
 * @param jwkSetUri where the issuer's keys are; without it the issuer's metadata say so (OpenID Connect Discovery 1.0)
 * @param jwsAlgorithms how tokens may be signed; a token does not choose
 */
@ConfigurationProperties("spring.security.oauth2.resourceserver.jwt")
record IssuerSettings(
        @DefaultValue("") String issuerUri,
        @DefaultValue List<String> audiences,
        @DefaultValue("") String jwkSetUri,
        @DefaultValue("RS256") List<String> jwsAlgorithms) {

    /** @throws NoIssuerException if one of the two is missing without which everyone's tokens would do */
    void check() {
        if (issuerUri.isBlank() || audiences.stream().allMatch(String::isBlank)) {
            throw new NoIssuerException();
        }
    }

    /** @throws IllegalArgumentException if one is none */
    Set<SignatureAlgorithm> algorithms() {
        return jwsAlgorithms.stream().map(IssuerSettings::algorithm).collect(Collectors.toUnmodifiableSet());
    }

    private static SignatureAlgorithm algorithm(String name) {
        SignatureAlgorithm algorithm = SignatureAlgorithm.from(name);
        if (algorithm == null) {
            throw new IllegalArgumentException(
                    "spring.security.oauth2.resourceserver.jwt.jws-algorithms: no asymmetric algorithm is called "
                            + name);
        }
        return algorithm;
    }
}
