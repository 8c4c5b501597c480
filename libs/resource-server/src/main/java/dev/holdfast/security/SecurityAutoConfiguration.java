package dev.holdfast.security;

import static dev.holdfast.security.AccessRules.allowAny;
import static dev.holdfast.security.AccessRules.open;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.ResourceRetriever;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** What both kinds of server share: whose tokens count, and who may what. */
@AutoConfiguration
@ConditionalOnWebApplication
@EnableConfigurationProperties({IssuerSettings.class, SecuritySettings.class})
class SecurityAutoConfiguration {
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int MAX_BYTES = 256 * 1024;
    private static final DefaultJOSEObjectTypeVerifier<SecurityContext> TYPES = new DefaultJOSEObjectTypeVerifier<>(
            // RFC 9068
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null);

    @Bean
    IssuerKeys issuerKeys(IssuerSettings issuer, SecuritySettings settings, ObjectProvider<SslBundles> bundles) {
        issuer.check();
        return new IssuerKeys(issuer, http(settings, bundles));
    }

    private static ResourceRetriever http(SecuritySettings settings, ObjectProvider<SslBundles> bundles) {
        String bundle = settings.sslBundle();
        return bundle == null
                ? new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_BYTES)
                : new DefaultResourceRetriever(
                        TIMEOUT_MILLIS,
                        TIMEOUT_MILLIS,
                        MAX_BYTES,
                        false,
                        bundles.getObject().getBundle(bundle).createSslContext().getSocketFactory());
    }

    @Bean
    JWKSource<SecurityContext> cachedIssuerKeys(IssuerKeys keys) {
        JWKSource<SecurityContext> cached = keys.cached();
        // Or the first caller would wait for them. Without them the service starts all the same.
        Thread.ofVirtual().name("issuer-keys").start(() -> IssuerKeys.warm(cached));
        return cached;
    }

    @Bean
    TokenVerifier tokenVerifier(JWKSource<SecurityContext> cached, IssuerSettings issuer, SecuritySettings settings) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSource(cached)
                .jwsAlgorithms(algorithms -> algorithms.addAll(issuer.algorithms()))
                .jwtProcessorCustomizer(processor -> processor.setJWSTypeVerifier(TYPES))
                .build();
        decoder.setJwtValidator(new TokenRules(issuer.issuerUri(), issuer.audiences()));
        return new TokenVerifier(decoder, new CallerReader(settings), settings.cachedTokens());
    }

    @Bean
    OwnTokens ownTokens(TokenVerifier verifier) {
        return new OwnTokens(verifier);
    }

    /** The rows of the service's own table, and before them those of the Actuator. */
    @Bean
    Gate gate(
            ObjectProvider<AccessRules> rules,
            TokenVerifier verifier,
            @Value("${management.endpoints.web.base-path:/actuator}") String actuator) {
        return new Gate(ofActuator(actuator).before(rules.getIfAvailable(AccessRules::of)), verifier);
    }

    private static AccessRules ofActuator(String basePath) {
        String path = basePath.replaceFirst("/+$", "");
        if (path.isEmpty()) {
            throw new IllegalArgumentException(
                    "management.endpoints.web.base-path must not be the root: the rows of the"
                            + " Actuator would hide those of the service");
        }
        return AccessRules.of(
                open(path + "/health/**"),
                open(path + "/prometheus"),
                // Whatever else somebody exposes.
                allowAny(path + "/**", "actuator"));
    }
}
