package dev.holdfast.lock.redis;

import dev.holdfast.lock.core.EventRules;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LeaseStore;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.time.Duration;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** The store on the Redis that {@code spring.data.redis.*} names. */
@Configuration(proxyBeanMethods = false)
class RedisStoreConfiguration {

    @Bean(destroyMethod = "close")
    LeaseStore leaseStore(LettuceConnectionFactory factory, LeaseRules rules, EventRules events) {
        return new RedisLeaseStore(new RedisLink(factory), Scripts.load(events), rules);
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
        resources.reconnectDelay(Delay.constant(Duration.ofMillis(200))).nettyCustomizer(new Pipelining());
    }

    /** Requests of one turn of the event loop leave in one packet. */
    private static final class Pipelining implements NettyCustomizer {
        private static final int MAX_COMMANDS = 256;

        @Override
        public void afterChannelInitialized(Channel channel) {
            channel.pipeline().addFirst(new FlushConsolidationHandler(MAX_COMMANDS, true));
        }
    }
}
