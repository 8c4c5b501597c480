package dev.holdfast.fencing;

import java.util.Optional;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Reads the token of a reactive request into its {@linkplain FencingToken#ATTRIBUTE attribute} and its context; a
 * malformed one is a 400.
 */
public final class FencingTokenWebFilter implements WebFilter {

    /** The token of the reactive request that this is the context of. */
    public static Optional<FencingToken> tokenIn(ContextView context) {
        return context.getOrEmpty(FencingToken.ATTRIBUTE);
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return Mono.defer(() -> {
            Optional<FencingToken> token =
                    FencingToken.parse(exchange.getRequest().getHeaders().getOrEmpty(FencingToken.HEADER));
            return token.isPresent() ? under(token.get(), exchange, chain) : chain.filter(exchange);
        });
    }

    private static Mono<Void> under(FencingToken token, ServerWebExchange exchange, WebFilterChain chain) {
        exchange.getAttributes().put(FencingToken.ATTRIBUTE, token);
        return chain.filter(exchange).contextWrite(context -> context.put(FencingToken.ATTRIBUTE, token));
    }
}
