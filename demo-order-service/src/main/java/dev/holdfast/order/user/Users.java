package dev.holdfast.order.user;

import dev.holdfast.lock.client.LeaseUser;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The lock service is told for whom an order's locks are taken. */
@Configuration(proxyBeanMethods = false)
class Users {

    @Bean
    LeaseUser leaseUser() {
        return CurrentUser::name;
    }
}
