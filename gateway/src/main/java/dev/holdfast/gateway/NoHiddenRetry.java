package dev.holdfast.gateway;

import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.http.client.HttpClient;

/** Keeps Reactor Netty from sending a request, a POST too, once more after a reset: {@code Failover} decides on that. */
@Component
class NoHiddenRetry implements HttpClientCustomizer {

    @Override
    public HttpClient customize(HttpClient client) {
        return client.disableRetry(true);
    }
}
