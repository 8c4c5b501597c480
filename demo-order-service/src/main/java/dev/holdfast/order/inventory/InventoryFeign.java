package dev.holdfast.order.inventory;

import feign.Client;
import feign.Request;
import feign.Response;
import feign.codec.Encoder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.util.List;
import org.springframework.cloud.client.loadbalancer.LoadBalancedRetryFactory;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.openfeign.loadbalancer.RetryableFeignBlockingLoadBalancerClient;
import org.springframework.context.annotation.Bean;

/** How the inventory is called. Not a configuration of the application: it is for this one client. */
class InventoryFeign {

    /** Bodies are text already. Spring's encoder would be made by the first calls, which race for it. */
    @Bean
    Encoder encoder() {
        return new Encoder.Default();
    }

    @Bean
    Client client(
            LoadBalancerClient loadBalancer,
            LoadBalancedRetryFactory retries,
            LoadBalancerClientFactory loadBalancers) {
        return new RetryableFeignBlockingLoadBalancerClient(
                new KnownInstances(new Client.Default(null, null)), loadBalancer, retries, loadBalancers, List.of());
    }

    /** Refuses what the load balancer found no instance for: it would go to the service's name, for DNS to look up. */
    private record KnownInstances(Client client) implements Client {

        @Override
        public Response execute(Request request, Request.Options options) throws IOException {
            if (Inventory.SERVICE.equals(URI.create(request.url()).getHost())) {
                throw new ConnectException("no instance of " + Inventory.SERVICE + " is known");
            }
            return client.execute(request, options);
        }
    }
}
