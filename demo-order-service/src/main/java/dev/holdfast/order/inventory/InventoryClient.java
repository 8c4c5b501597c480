package dev.holdfast.order.inventory;

import dev.holdfast.lock.client.FencingHttpInterceptor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.service.registry.ImportHttpServices;

/**
 * How the inventory is called: its group has the service's name, for which the load balancer finds an instance.
 *
 * <p>There is no {@code RestClient.Builder} bean here that is load balanced: were it the only one, the registry's client
 * would take it for its own calls.
 */
@Configuration(proxyBeanMethods = false)
@ImportHttpServices(group = Inventory.SERVICE, types = InventoryApi.class)
class InventoryClient {

    /** Its calls carry the token of the lease that they are made under. A refusal is an answer, not an exception. */
    @Bean
    RestClientHttpServiceGroupConfigurer inventoryCalls() {
        return groups -> groups.filterByName(Inventory.SERVICE)
                .forEachClient((group, client) -> client.requestInterceptor(new FencingHttpInterceptor())
                        .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {}));
    }
}
