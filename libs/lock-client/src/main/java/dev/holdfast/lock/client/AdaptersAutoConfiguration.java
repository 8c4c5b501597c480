package dev.holdfast.lock.client;

import net.javacrumbs.shedlock.core.LockProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.support.locks.LockRegistry;

/** The lock service behind what other libraries call a lock, unless the program has something else there. */
@AutoConfiguration(after = LockClientAutoConfiguration.class)
class AdaptersAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(LockProvider.class)
    @ConditionalOnBean(RemoteLocks.class)
    @ConditionalOnMissingBean(LockProvider.class)
    static class ShedLock {

        @Bean
        HoldfastLockProvider holdfastLockProvider(RemoteLocks locks) {
            return new HoldfastLockProvider(locks);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(LockRegistry.class)
    @ConditionalOnBean(Locks.class)
    @ConditionalOnMissingBean(LockRegistry.class)
    static class SpringIntegration {

        @Bean
        HoldfastLockRegistry holdfastLockRegistry(Locks locks, LockClientProperties properties) {
            return new HoldfastLockRegistry(locks, properties.integrationTtl());
        }
    }
}
