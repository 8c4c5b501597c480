package dev.holdfast.lock.client;

import java.util.OptionalLong;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * For a {@code WebClient} of a guarded resource: sends the {@code Fencing-Token} of the lease in the {@linkplain
 * LeaseContext context} of the chain, or else of the thread that subscribes.
 */
public final class FencingExchangeFilter implements ExchangeFilterFunction {

    /** Fails with a {@link LeaseLostException} if that lease is lost: nothing is sent. */
    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        return Mono.deferContextual(context -> next.exchange(withToken(request, context)));
    }

    private static ClientRequest withToken(ClientRequest request, ContextView context) {
        if (request.headers().containsHeader(CurrentLease.HEADER)) {
            return request;
        }
        OptionalLong token = CurrentLease.token(context);
        return token.isEmpty()
                ? request
                : ClientRequest.from(request)
                        .header(CurrentLease.HEADER, Long.toString(token.getAsLong()))
                        .build();
    }
}
