package dev.holdfast.order;

import static dev.holdfast.security.AccessRules.allow;

import dev.holdfast.security.AccessRules;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Who may what. Whose orders one reads is decided where they are read. */
@Configuration(proxyBeanMethods = false)
class Access {

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(
                allow(HttpMethod.POST, "/orders", "orders:write"),
                allow(HttpMethod.GET, "/orders/**", "orders:read", "orders:admin"));
    }
}
