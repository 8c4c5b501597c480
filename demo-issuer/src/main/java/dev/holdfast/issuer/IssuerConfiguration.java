package dev.holdfast.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.holdfast.defaults.secret.SecretsOfSettings;
import java.io.IOException;
import java.text.ParseException;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.security.oauth2.server.authorization.autoconfigure.servlet.OAuth2AuthorizationServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.web.SecurityFilterChain;

/** Spring Authorization Server with the clients of the settings, and nobody who could log in. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IssuerProperties.class)
class IssuerConfiguration {

    private static final String CLIENTS = "spring.security.oauth2.authorizationserver.client.";
    private static final String PRODUCTION = "production";

    IssuerConfiguration(OAuth2AuthorizationServerProperties server, Environment environment) {
        if (environment.matchesProfiles(PRODUCTION)) {
            throw new InvalidConfigurationPropertyValueException(
                    "spring.profiles.active",
                    PRODUCTION,
                    "The development issuer gives any token to whoever has one secret. Production needs another issuer.");
        }
        server.getClient()
                .forEach((name, client) -> SecretsOfSettings.require(
                        CLIENTS + name + ".registration.client-secret",
                        client.getRegistration().getClientSecret(),
                        "HOLDFAST_DEMO_SECRET and HOLDFAST_CLIENT_SECRET each"));
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) {
        return http.oauth2AuthorizationServer(server -> server.oidc(Customizer.withDefaults()))
                .authorizeHttpRequests(requests -> requests.requestMatchers(EndpointRequest.to("health", "prometheus"))
                        .permitAll()
                        .requestMatchers(EndpointRequest.toAnyEndpoint())
                        .denyAll()
                        // Nothing but a 404.
                        .anyRequest()
                        .permitAll())
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .csrf(AbstractHttpConfigurer::disable)
                .build();
    }

    @Bean
    JWKSource<SecurityContext> keys(IssuerProperties properties) throws IOException, JOSEException, ParseException {
        return new ImmutableJWKSet<>(new JWKSet(SigningKey.of(properties.key())));
    }

    @Bean
    Claims claims(IssuerProperties properties) {
        return new Claims(properties);
    }

    @Bean
    PasswordEncoder secrets() {
        return new SecretsOfSettings();
    }

    @Bean
    OAuth2AuthorizationService authorizations() {
        return new NoAuthorizations();
    }
}
