package dev.holdfast.token;

import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.util.StringUtils;
import org.springframework.web.client.RestClient;

/** The issuer, asked by Spring Security; its endpoint is found out at the first use (OpenID Connect Discovery 1.0). */
final class ClientCredentials implements RenewedToken.Issuer {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(2);
    /** Spring Security's life of a token of which the issuer does not tell it (RFC 6749, section 5.1). */
    private static final Duration NOT_TOLD = Duration.ofSeconds(1);
    /** And ours. Should it be shorter, the token is replaced when it is refused. */
    private static final Duration ASSUMED = Duration.ofMinutes(1);

    private static final ParameterizedTypeReference<Map<String, Object>> METADATA =
            new ParameterizedTypeReference<>() {};

    private final ClientSettings settings;
    private final RestClient discovery;
    private final RestClientClientCredentialsTokenResponseClient tokens =
            new RestClientClientCredentialsTokenResponseClient();

    /** @param http to the issuer, over TLS too */
    ClientCredentials(ClientSettings settings, HttpClient.Builder http, Map<String, String> parameters) {
        this.settings = settings;
        JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory(
                http.connectTimeout(CONNECT_TIMEOUT).build());
        requests.setReadTimeout(READ_TIMEOUT);
        this.discovery = RestClient.builder().requestFactory(requests).build();
        tokens.setRestClient(tokenClient(requests));
        MultiValueMap<String, String> more = new LinkedMultiValueMap<>();
        parameters.forEach(more::add);
        tokens.addParametersConverter(request -> more);
    }

    /** As Spring Security's own, which has neither limits nor SSL bundles. */
    private static RestClient tokenClient(ClientHttpRequestFactory requests) {
        return RestClient.builder()
                .requestFactory(requests)
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build();
    }

    @Override
    public IssuedToken issue() {
        OAuth2AccessToken token = tokens.getTokenResponse(new OAuth2ClientCredentialsGrantRequest(registration()))
                .getAccessToken();
        Instant issued = Objects.requireNonNull(token.getIssuedAt());
        Duration life = Duration.between(issued, Objects.requireNonNull(token.getExpiresAt()));
        return new IssuedToken(token.getTokenValue(), life.compareTo(NOT_TOLD) > 0 ? life : ASSUMED);
    }

    private ClientRegistration registration() {
        ClientSettings.Registration client = settings.registration();
        String method = client.clientAuthenticationMethod();
        return ClientRegistration.withRegistrationId("holdfast")
                .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
                .clientAuthenticationMethod(
                        StringUtils.hasText(method)
                                ? ClientAuthenticationMethod.valueOf(method)
                                : ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
                .clientId(Objects.requireNonNull(client.clientId()))
                .clientSecret(client.clientSecret())
                .scope(client.scope())
                .tokenUri(tokenUri())
                .build();
    }

    /** Found out anew for each token: they are few, and the issuer may move its endpoint. */
    private String tokenUri() {
        String given = settings.provider().tokenUri();
        if (StringUtils.hasText(given)) {
            return given;
        }
        String issuer = Objects.requireNonNull(settings.provider().issuerUri());
        Map<String, Object> metadata = discovery
                .get()
                .uri(StringUtils.trimTrailingCharacter(issuer, '/') + "/.well-known/openid-configuration")
                .retrieve()
                .body(METADATA);
        if (metadata == null || !issuer.equals(metadata.get("issuer"))) {
            throw new IllegalStateException(issuer + " is not what its own metadata call the issuer");
        }
        return text(metadata.get("token_endpoint"), issuer);
    }

    private static String text(@Nullable Object endpoint, String issuer) {
        if (endpoint instanceof String uri) {
            return uri;
        }
        throw new IllegalStateException(issuer + " names no token endpoint");
    }
}
