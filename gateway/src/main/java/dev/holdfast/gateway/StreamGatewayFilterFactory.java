package dev.holdfast.gateway;

import dev.holdfast.defaults.drain.Drainable;
import dev.holdfast.ejection.Ejections;
import java.time.Duration;
import org.reactivestreams.Publisher;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.NettyWriteResponseFilter;
import org.springframework.cloud.gateway.filter.OrderedGatewayFilter;
import org.springframework.cloud.gateway.filter.factory.AbstractGatewayFilterFactory;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitFailureHandler;

/**
 * {@code Stream}: ends a stream that has begun when its instance is ejected and there is another, and when the gateway
 * goes. The client comes back with the last event that it got.
 *
 * <p>By itself a stream has no end, and one from an instance that keeps still looks like one that has nothing to tell.
 */
@Component
class StreamGatewayFilterFactory extends AbstractGatewayFilterFactory<Object> implements Drainable {

    /** The answer is written by a filter around those of the tries. */
    private static final int AROUND_THE_ANSWER = NettyWriteResponseFilter.WRITE_RESPONSE_FILTER_ORDER - 1;

    private static final EmitFailureHandler ONE_AFTER_THE_OTHER = EmitFailureHandler.busyLooping(Duration.ofSeconds(1));

    /** Those whose streams end; is over when all do. */
    private final Sinks.Many<ServiceInstance> left = Sinks.many().multicast().directBestEffort();

    StreamGatewayFilterFactory(Ejections ejections) {
        ejections.onDeparture(instance -> left.emitNext(instance, ONE_AFTER_THE_OTHER));
    }

    @Override
    public GatewayFilter apply(Object none) {
        return new OrderedGatewayFilter(
                (exchange, chain) -> chain.filter(
                        exchange.mutate().response(ending(exchange)).build()),
                AROUND_THE_ANSWER);
    }

    /** Only streams are flushed piece by piece. */
    private ServerHttpResponse ending(ServerWebExchange exchange) {
        return new ServerHttpResponseDecorator(exchange.getResponse()) {
            @Override
            public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
                return super.writeAndFlushWith(Flux.from(body).takeUntilOther(endOf(exchange)));
            }
        };
    }

    private Flux<ServiceInstance> endOf(ServerWebExchange exchange) {
        Response<ServiceInstance> chosen =
                exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_LOADBALANCER_RESPONSE_ATTR);
        return left.asFlux().filter(instance -> instance.equals(chosen.getServer()));
    }

    @Override
    public void drain() {
        left.emitComplete(ONE_AFTER_THE_OTHER);
    }
}
