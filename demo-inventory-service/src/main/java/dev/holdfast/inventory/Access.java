package dev.holdfast.inventory;

import static dev.holdfast.security.AccessRules.allow;

import dev.holdfast.security.AccessRules;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Who may what. */
@Configuration(proxyBeanMethods = false)
class Access {

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(
                // Who reserves also asks whether a SKU is known.
                allow(HttpMethod.GET, "/stock/*", "orders:read", "orders:reserve"),
                allow(HttpMethod.POST, "/stock/*/restock", "orders:stock"),
                allow(HttpMethod.PUT, "/reservations/**", "orders:reserve"));
    }
}
