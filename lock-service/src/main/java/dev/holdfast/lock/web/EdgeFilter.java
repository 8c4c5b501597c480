package dev.holdfast.lock.web;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.lock.api.ProblemKind;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Names the instance in every answer, and refuses what Spring would silently drop from a path. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class EdgeFilter implements WebFilter {
    static final String INSTANCE = "Holdfast-Instance";

    private final String instance;

    EdgeFilter(@Value("${eureka.instance.instance-id}") String instance) {
        this.instance = instance;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getResponse().getHeaders().set(INSTANCE, instance);
        // A path parameter (;x=1) is not part of a name, so two names would be one.
        if (exchange.getRequest().getURI().getRawPath().indexOf(';') >= 0) {
            return Mono.error(new ProblemException(
                    Problem.of(ProblemKind.MALFORMED_REQUEST, "A path must have no parameters (;).")));
        }
        return chain.filter(exchange);
    }
}
