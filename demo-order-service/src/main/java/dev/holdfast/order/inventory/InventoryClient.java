package dev.holdfast.order.inventory;

import dev.holdfast.lock.client.FencingHttpInterceptor;
import dev.holdfast.order.user.CurrentUser;
import dev.holdfast.token.ServiceToken;
import dev.holdfast.token.ServiceTokenInterceptor;
import java.io.IOException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;
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

    @Bean
    InventoryCalls inventoryCalls(ServiceToken token) {
        return new InventoryCalls(token);
    }

    /**
     * Its calls carry this service's token, the user they are made for, and the fencing token of the lease they are made
     * under. A refusal is an answer, not an exception.
     */
    static final class InventoryCalls implements RestClientHttpServiceGroupConfigurer {

        private final ServiceToken token;

        InventoryCalls(ServiceToken token) {
            this.token = token;
        }

        /** Before the load balancer, which is then inside: what fails outside of it is no fault of an instance. */
        @Override
        public int getOrder() {
            return 0;
        }

        @Override
        public void configureGroups(Groups<RestClient.Builder> groups) {
            groups.filterByName(Inventory.SERVICE)
                    .forEachClient((group, client) -> client.requestInterceptor(new ServiceTokenInterceptor(token))
                            .requestInterceptor(InventoryCalls::sendUser)
                            .requestInterceptor(new FencingHttpInterceptor())
                            .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {}));
        }

        private static ClientHttpResponse sendUser(
                HttpRequest request, byte[] body, ClientHttpRequestExecution execution) throws IOException {
            // A header carries ASCII.
            CurrentUser.name().ifPresent(name -> request.getHeaders().set("X-User", name.replaceAll("[^ -~]", "?")));
            return execution.execute(request, body);
        }
    }
}
