package dev.holdfast.gateway;

import static dev.holdfast.security.AccessRules.allowAnyone;
import static dev.holdfast.security.AccessRules.open;

import dev.holdfast.security.AccessRules;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.gateway.support.RouteMetadataUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Who comes in: everyone to what tells about the suite and to the issuer, and to all else whoever has a token. */
@Configuration(proxyBeanMethods = false)
class Access {

    private static final String TOKEN = "/oauth2/token";
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    /** A token is enough for what has a route; what its scopes and namespaces allow is the services' to say. */
    @Bean
    AccessRules accessRules() {
        return AccessRules.of(
                open("/problems/**"),
                open("/docs/**"),
                open("/openapi.json"),
                open(HttpMethod.POST, TOKEN),
                allowAnyone("/v1/**"),
                allowAnyone("/orders/**"),
                allowAnyone("/stock/**"));
    }

    /** To an issuer that stands behind this door, as the development issuer does. */
    @Bean
    @ConditionalOnProperty("holdfast.gateway.token-endpoint")
    RouteLocator issuer(RouteLocatorBuilder routes, GatewayProperties properties) {
        URI endpoint = Objects.requireNonNull(properties.tokenEndpoint());
        return routes.routes()
                .route("issuer", route -> route.path(TOKEN)
                        .and()
                        .method(HttpMethod.POST)
                        .filters(filters -> filters.setPath(endpoint.getPath()))
                        .metadata(RouteMetadataUtils.RESPONSE_TIMEOUT_ATTR, ANSWER_WITHIN.toMillis())
                        .uri(endpoint))
                .build();
    }
}
