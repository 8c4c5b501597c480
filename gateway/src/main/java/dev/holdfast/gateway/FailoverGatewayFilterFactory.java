package dev.holdfast.gateway;

import dev.holdfast.ejection.Ejections;
import dev.holdfast.ejection.InstanceFault;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.OrderedGatewayFilter;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.cloud.gateway.filter.factory.AbstractGatewayFilterFactory;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.channel.AbortedException;

/**
 * {@code Failover=1s}: how long an instance may take until it begins to answer, and what becomes of a request to one
 * that does not: an {@link InstanceFailedException}, on which the route's {@code Retry} tries another.
 *
 * <p>Each try passes here after its instance was chosen, so that an error from here counts as the instance's and ejects
 * it; the next try then gets another. What is parked at an instance that gets ejected meanwhile moves on at once, if
 * there is another.
 */
@Component
class FailoverGatewayFilterFactory extends AbstractGatewayFilterFactory<FailoverGatewayFilterFactory.Config> {

    private static final int AFTER_THE_CHOICE = ReactiveLoadBalancerClientFilter.LOAD_BALANCER_CLIENT_FILTER_ORDER + 1;

    private final Set<Parked> parked = ConcurrentHashMap.newKeySet();

    FailoverGatewayFilterFactory(Ejections ejections) {
        super(Config.class);
        ejections.onDeparture(this::moveOn);
    }

    @Override
    public List<String> shortcutFieldOrder() {
        return List.of("answerWithin", "waits", "keys");
    }

    @Override
    public GatewayFilter apply(Config config) {
        return new OrderedGatewayFilter((exchange, chain) -> attempt(exchange, chain, config), AFTER_THE_CHOICE);
    }

    private Mono<Void> attempt(ServerWebExchange exchange, GatewayFilterChain chain, Config config) {
        Response<ServiceInstance> chosen =
                exchange.getRequiredAttribute(ServerWebExchangeUtils.GATEWAY_LOADBALANCER_RESPONSE_ATTR);
        Attempts attempts = Attempts.of(exchange, config);
        Mono<Void> call = chain.filter(attempts.next(exchange));
        Duration patience = attempts.patience();
        if (patience != null) {
            call = call.timeout(patience, Mono.error(() -> new TimeoutException("no answer within " + patience)));
        }
        return Mono.firstWithSignal(call, ejectionOf(chosen.getServer(), attempts))
                .onErrorMap(error -> isFault(error) && attempts.mayGoOn(), InstanceFailedException::new);
    }

    private static boolean isFault(Throwable error) {
        return InstanceFault.in(error) != null || error instanceof AbortedException;
    }

    /** An error once the instance is ejected and the request may be tried again; nothing until then. */
    private Mono<Void> ejectionOf(@Nullable ServiceInstance instance, Attempts attempts) {
        return Mono.create(sink -> {
            Parked request = new Parked(instance, attempts, sink);
            parked.add(request);
            sink.onDispose(() -> parked.remove(request));
        });
    }

    private void moveOn(ServiceInstance ejected) {
        for (Parked request : parked) {
            if (ejected.equals(request.instance) && request.attempts.mayGoOn()) {
                request.sink.error(new InstanceFailedException(null));
            }
        }
    }

    /**
     * What the filter is told.
     *
     * <p>A bean of fields, since Spring Cloud Gateway binds no others.
     */
    static class Config {

        private @Nullable Duration answerWithin;
        private boolean waits;
        private boolean keys;

        @Nullable
        Duration getAnswerWithin() {
            return answerWithin;
        }

        /** For requests that do not wait; none is no limit at all, as for a stream. */
        public void setAnswerWithin(Duration answerWithin) {
            this.answerWithin = answerWithin;
        }

        boolean isWaits() {
            return waits;
        }

        /** Whether the service honours {@code Prefer: wait}. */
        public void setWaits(boolean waits) {
            this.waits = waits;
        }

        boolean isKeys() {
            return keys;
        }

        /** Whether the service honours an {@code Idempotency-Key}, so that a POST with one may be tried again. */
        public void setKeys(boolean keys) {
            this.keys = keys;
        }
    }

    /** A request that an instance has not answered yet; not a record, since it is equal to itself only. */
    private static final class Parked {

        private final @Nullable ServiceInstance instance;
        private final Attempts attempts;
        private final MonoSink<Void> sink;

        Parked(@Nullable ServiceInstance instance, Attempts attempts, MonoSink<Void> sink) {
            this.instance = instance;
            this.attempts = attempts;
            this.sink = sink;
        }
    }
}
