package dev.holdfast.defaults.server;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

/** A client that sends half a body and stops does not keep its connection. */
@AutoConfiguration
@ConditionalOnClass(NettyReactiveWebServerFactory.class)
@EnableConfigurationProperties(ReactiveServerProperties.class)
class ReactiveServerAutoConfiguration {

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> slowBodies(ReactiveServerProperties properties) {
        return factory -> factory.addServerCustomizers(server -> server.readTimeout(properties.readTimeout()));
    }
}
