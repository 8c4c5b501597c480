package dev.holdfast.defaults.registry;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.HealthCheckHandler;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.context.annotation.Bean;

/** Readiness for Eureka, in services that register. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration",
            "org.springframework.cloud.netflix.eureka.EurekaClientAutoConfiguration"
        })
@ConditionalOnClass(HealthCheckHandler.class)
@ConditionalOnBean(ApplicationInfoManager.class)
class RegistryReadinessAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(HealthCheckHandler.class)
    RegistryReadiness registryReadiness(
            ApplicationAvailability availability, ObjectProvider<ApplicationInfoManager> registration) {
        return new RegistryReadiness(availability, registration);
    }
}
