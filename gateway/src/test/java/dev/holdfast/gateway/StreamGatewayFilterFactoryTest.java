package dev.holdfast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import reactor.core.publisher.Flux;

/** A gateway that goes does not wait for streams; one of its own, since those of the other tests stay. */
class StreamGatewayFilterFactoryTest {

    private final StreamGatewayFilterFactory streams =
            new StreamGatewayFilterFactory(TestGateway.shared().ejections());

    @Test
    void streamsEndWhenTheGatewayGoes() {
        CompletableFuture<@Nullable Void> before = begin();
        assertThat(before).isNotDone();

        streams.drain();

        assertThat(before).succeedsWithin(Duration.ofSeconds(10));
        assertThat(begin()).succeedsWithin(Duration.ofSeconds(10));
    }

    private CompletableFuture<@Nullable Void> begin() {
        MockServerWebExchange exchange =
                MockServerWebExchange.from(MockServerHttpRequest.get("/v1/namespaces/orders/events"));
        exchange.getAttributes()
                .put(
                        ServerWebExchangeUtils.GATEWAY_LOADBALANCER_RESPONSE_ATTR,
                        new DefaultResponse(new DefaultServiceInstance("a", "lock-service", "127.0.0.1", 1, false)));
        return streams.apply(new Object())
                .filter(exchange, began -> began.getResponse().writeAndFlushWith(Flux.never()))
                .toFuture();
    }
}
