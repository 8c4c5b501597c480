package dev.holdfast.lock.redis;

import dev.holdfast.lock.core.EventRules;
import dev.holdfast.lock.core.LeaseRules;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The store on the Redis that {@code spring.data.redis.*} names. */
@Configuration(proxyBeanMethods = false)
class RedisStoreConfiguration {

    @Bean(destroyMethod = "close")
    RedisLeaseStore leaseStore(LettuceConnectionFactory factory, LeaseRules rules, EventRules events) {
        return new RedisLeaseStore(new RedisLink(factory), Scripts.load(events), rules);
    }

    /** In the place of Spring Boot's, which tells only whether Redis answers. */
    @Bean
    HealthIndicator redisHealthIndicator(RedisLeaseStore store) {
        return store::health;
    }

    @Bean
    LettuceClientOptionsBuilderCustomizer failClosed() {
        return RedisStoreConfiguration::failClosed;
    }

    @Bean
    ClientResourcesBuilderCustomizer pipelined() {
        return RedisStoreConfiguration::pipelined;
    }

    /** What was asked before a connection broke is answered "unknown", never sent again behind the caller's back. */
    static void failClosed(ClientOptions.Builder options) {
        options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled());
    }

    static void pipelined(ClientResources.Builder resources) {
        resources.reconnectDelay(Delay.constant(Duration.ofMillis(200))).nettyCustomizer(new Channels());
    }
}
