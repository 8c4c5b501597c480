package dev.holdfast.defaults.server;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import reactor.netty.NettyPipeline;

/** A client that sends half a request and stops, or that takes forever, does not keep its connection. */
@AutoConfiguration
@ConditionalOnClass(NettyReactiveWebServerFactory.class)
@EnableConfigurationProperties(ReactiveServerProperties.class)
class ReactiveServerAutoConfiguration {

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> slowClients(ReactiveServerProperties limits) {
        return factory -> factory.addServerCustomizers(server -> server.readTimeout(limits.readTimeout())
                .doOnChannelInit((observer, channel, address) -> channel.pipeline()
                        .addAfter(NettyPipeline.HttpCodec, null, new HeadDeadline(limits.headTimeout()))));
    }
}
