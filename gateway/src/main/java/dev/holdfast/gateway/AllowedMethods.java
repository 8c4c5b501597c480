package dev.holdfast.gateway;

import java.util.List;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Refuses methods that no service has: TRACE, which would answer with the request's own headers (RFC 9110, 9.3.8 and
 * 17.10), and OPTIONS, by which a browser asks whether a page from elsewhere may call; it may not.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
class AllowedMethods implements WebFilter {

    private static final List<HttpMethod> ALLOWED =
            List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.POST, HttpMethod.DELETE);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        HttpMethod method = exchange.getRequest().getMethod();
        return ALLOWED.contains(method)
                ? chain.filter(exchange)
                : Mono.error(new MethodNotAllowedException(method, ALLOWED));
    }
}
