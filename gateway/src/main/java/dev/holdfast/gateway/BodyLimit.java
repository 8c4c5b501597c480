package dev.holdfast.gateway;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.cloud.gateway.filter.AdaptCachedBodyGlobalFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Refuses a body over the limit, since a body is kept in memory until an instance has answered, and one that drips. */
@Component
class BodyLimit implements GlobalFilter, Ordered {

    private final int limit;
    private final Mono<Object> deadline;

    BodyLimit(@Value("${spring.http.codecs.max-in-memory-size}") DataSize limit, GatewayProperties properties) {
        this.limit = Math.toIntExact(limit.toBytes());
        this.deadline = Mono.delay(properties.bodyTimeout())
                .then(Mono.error(() -> new ResponseStatusException(HttpStatus.REQUEST_TIMEOUT)));
    }

    /** Just before the body is read to be kept: before an instance is chosen, so a slow client is no instance's fault. */
    @Override
    public int getOrder() {
        return new AdaptCachedBodyGlobalFilter().getOrder() - 1;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        if (exchange.getRequest().getHeaders().getContentLength() > limit) {
            return Mono.error(new DataBufferLimitException("more than " + limit + " bytes announced"));
        }
        return chain.filter(exchange.mutate()
                .request(new ServerHttpRequestDecorator(exchange.getRequest()) {
                    @Override
                    public Flux<DataBuffer> getBody() {
                        AtomicInteger read = new AtomicInteger();
                        return super.getBody().takeUntilOther(deadline).handle((part, sink) -> {
                            if (read.addAndGet(part.readableByteCount()) <= limit) {
                                sink.next(part);
                            } else {
                                DataBufferUtils.release(part);
                                sink.error(new DataBufferLimitException("more than " + limit + " bytes sent"));
                            }
                        });
                    }
                })
                .build());
    }
}
