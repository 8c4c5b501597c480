package dev.holdfast.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.defaults.registry.RegistryCredentials;
import dev.holdfast.defaults.secret.SecretsOfSettings;
import jakarta.ws.rs.client.ClientRequestFilter;
import java.util.Set;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.cloud.netflix.eureka.server.ReplicationClientAdditionalFilters;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Whoever registers an instance gets requests that are another's. So nobody does without the password, or sees who is
 * registered.
 */
@Configuration(proxyBeanMethods = false)
class RegistrySecurity {

    private final RegistryCredentials credentials;

    RegistrySecurity(RegistryCredentials credentials) {
        SecretsOfSettings.require(
                "holdfast.registry.password", credentials.password(), "HOLDFAST_REGISTRY_PASSWORD, of clients too,");
        this.credentials = credentials;
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) {
        return http.authorizeHttpRequests(
                        requests -> requests.requestMatchers(EndpointRequest.to("health", "prometheus"))
                                .permitAll()
                                .requestMatchers(EndpointRequest.toAnyEndpoint())
                                .denyAll()
                                .anyRequest()
                                .authenticated())
                .httpBasic(Customizer.withDefaults())
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                // Its callers are programs, and its pages change nothing.
                .csrf(AbstractHttpConfigurer::disable)
                .build();
    }

    @Bean
    UserDetailsService users() {
        return new InMemoryUserDetailsManager(User.withUsername(credentials.user())
                .password(credentials.password())
                .roles()
                .build());
    }

    @Bean
    PasswordEncoder secrets() {
        return new SecretsOfSettings();
    }

    /** What one registry tells its peer. */
    @Bean
    ReplicationClientAdditionalFilters replication() {
        String header = "Basic " + HttpHeaders.encodeBasicAuth(credentials.user(), credentials.password(), UTF_8);
        ClientRequestFilter filter = request -> request.getHeaders().putSingle(HttpHeaders.AUTHORIZATION, header);
        return new ReplicationClientAdditionalFilters(Set.of(filter));
    }
}
