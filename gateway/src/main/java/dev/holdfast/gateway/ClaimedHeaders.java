package dev.holdfast.gateway;

import java.util.Locale;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;

/**
 * Drops what a client claims and only the suite itself may say: {@code X-User} and {@code X-Internal-*}.
 *
 * <p>{@code Forwarded} and {@code X-Forwarded-*} are dropped by Spring Cloud Gateway, see {@code trusted-proxies} in
 * {@code gateway.yml}.
 */
@Component
class ClaimedHeaders implements HttpHeadersFilter {

    @Override
    public HttpHeaders filter(HttpHeaders request, ServerWebExchange exchange) {
        HttpHeaders kept = new HttpHeaders();
        request.forEach((name, values) -> {
            if (!isClaim(name.toLowerCase(Locale.ROOT))) {
                kept.addAll(name, values);
            }
        });
        return kept;
    }

    private static boolean isClaim(String name) {
        return name.equals("x-user") || name.startsWith("x-internal-");
    }
}
