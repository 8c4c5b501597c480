package dev.holdfast.ejection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Passive ejection for every client of Spring Cloud LoadBalancer. */
@AutoConfiguration
@ConditionalOnClass(LoadBalancerClients.class)
@EnableConfigurationProperties(EjectionProperties.class)
@LoadBalancerClients(defaultConfiguration = EjectionLoadBalancerConfiguration.class)
class EjectionAutoConfiguration {

    @Bean
    Ejections ejections(EjectionProperties properties) {
        return new Ejections(properties.duration(), System::nanoTime);
    }

    @Bean
    EjectingLifecycle ejectingLifecycle(Ejections ejections) {
        return new EjectingLifecycle(ejections);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Meters {

        @Bean
        MeterBinder ejectionMeters(Ejections ejections) {
            return meters ->
                    ejections.onEjection(instance -> counter(meters, instance).increment());
        }

        private static Counter counter(MeterRegistry meters, ServiceInstance instance) {
            return Counter.builder("holdfast.ejections")
                    .description("Instances left out of load balancing because a call to them failed")
                    .tag("service", instance.getServiceId().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
    }
}
