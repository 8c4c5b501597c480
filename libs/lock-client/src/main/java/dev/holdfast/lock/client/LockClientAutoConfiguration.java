package dev.holdfast.lock.client;

import dev.holdfast.ejection.Ejections;
import feign.Client;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.springboot.bulkhead.autoconfigure.BulkheadAutoConfiguration;
import io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.cloud.client.loadbalancer.LoadBalancedRetryFactory;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.loadbalancer.config.BlockingLoadBalancerClientAutoConfiguration;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.loadbalancer.support.LoadBalancerEagerContextInitializer;
import org.springframework.cloud.openfeign.loadbalancer.RetryableFeignBlockingLoadBalancerClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * {@link Locks}, by Feign over whatever registry the program has.
 *
 * <p>Feign's own builder, not {@code @EnableFeignClients}: it shares the load balancer with the program's Feign clients,
 * and neither their settings nor their JSON.
 */
@AutoConfiguration(
        after = {
            BlockingLoadBalancerClientAutoConfiguration.class,
            CircuitBreakerAutoConfiguration.class,
            BulkheadAutoConfiguration.class
        })
@EnableConfigurationProperties(LockClientProperties.class)
class LockClientAutoConfiguration {
    private static final String NAMELESS = "holdfast";

    @Bean
    @ConditionalOnMissingBean(Locks.class)
    RemoteLocks locks(
            LockClientProperties properties,
            LoadBalancerClient loadBalancer,
            LoadBalancedRetryFactory retries,
            LoadBalancerClientFactory loadBalancers,
            Ejections ejections,
            CircuitBreakerRegistry breakers,
            BulkheadRegistry bulkheads,
            ObjectProvider<AccessToken> token,
            ObjectProvider<LeaseUser> user,
            ObjectProvider<SslBundles> bundles,
            ObjectProvider<ObservationRegistry> observations,
            ObjectProvider<LeaseMeters.Losses> losses,
            Environment environment)
            throws NoSuchAlgorithmException {
        SSLContext tls = StringUtils.hasText(properties.sslBundle())
                ? bundles.getObject().getBundle(properties.sslBundle()).createSslContext()
                : SSLContext.getDefault();
        InstanceClient instances = new InstanceClient(RemoteLeases.SERVICE, RemoteLeases.CONNECT_TIMEOUT, tls);
        ejections.onDeparture(instance -> instances.leave(instance.getHost(), instance.getPort()));
        Client client = new RetryableFeignBlockingLoadBalancerClient(
                instances, loadBalancer, retries, loadBalancers, List.of());
        String owner = properties.owner() != null
                ? properties.owner()
                : environment.getProperty("spring.application.name", NAMELESS);
        Credentials credentials = new Credentials(token.getIfAvailable(), user.getIfAvailable(() -> Optional::empty));
        RemoteLeases leases = new RemoteLeases(
                client, credentials, breakers.circuitBreaker(RemoteLeases.SERVICE), properties.namespace());
        LeaseMeters meters = new LeaseMeters(
                observations.getIfUnique(() -> ObservationRegistry.NOOP), losses.getIfAvailable(() -> () -> {}));
        return new RemoteLocks(
                SharedParts.of(leases, meters, properties.leakTraces()),
                owner,
                properties.waitSlice(),
                new Waiters(bulkheads.bulkhead(RemoteLeases.SERVICE)));
    }

    /** The first acquire finds its load balancer made. */
    @Bean
    LoadBalancerEagerContextInitializer lockServiceLoadBalancer(LoadBalancerClientFactory loadBalancers) {
        return new LoadBalancerEagerContextInitializer(loadBalancers, List.of(RemoteLeases.SERVICE));
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static class Meters {

        @Bean
        LostLeases lostLeases() {
            return new LostLeases();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthIndicator.class)
    static class Health {

        @Bean
        WaitersHealth lockWaitersHealthIndicator(BulkheadRegistry bulkheads) {
            return new WaitersHealth(bulkheads.bulkhead(RemoteLeases.SERVICE));
        }
    }
}
