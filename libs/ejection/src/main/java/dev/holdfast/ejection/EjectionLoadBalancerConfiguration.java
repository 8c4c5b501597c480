package dev.holdfast.ejection;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.loadbalancer.core.RetryAwareServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.context.annotation.Bean;

/**
 * What each load-balanced client's context gets, beside what Spring Cloud or the application configures there.
 *
 * <p>Wraps whatever lists the instances, rather than to replace it: so zones, hints, a list of the application's own
 * and Spring Cloud's retries stay as they are set. Not a {@code @Configuration}, or a scan would find it.
 */
class EjectionLoadBalancerConfiguration {

    @Bean
    static BeanPostProcessor ejectingSuppliers(Ejections ejections) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                // The retry-aware one has the wrapped one inside, and avoids one more instance.
                return bean instanceof ServiceInstanceListSupplier supplier
                                && !(bean instanceof RetryAwareServiceInstanceListSupplier)
                        ? new EjectingSupplier(supplier, ejections)
                        : bean;
            }
        };
    }
}
