package dev.holdfast.lock.client;

import dev.holdfast.token.ServiceToken;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Where the token comes from: the program's bean, else the settings, else the program's own service token. */
@AutoConfiguration(
        before = LockClientAutoConfiguration.class,
        afterName = "dev.holdfast.token.ServiceTokenAutoConfiguration")
@EnableConfigurationProperties(LockClientProperties.class)
class AccessTokenAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @Conditional(IsSet.class)
    @Order(1)
    @ConditionalOnMissingBean(AccessToken.class)
    static class OfTheSettings {

        @Bean
        AccessToken lockAccessToken(LockClientProperties properties) {
            if (StringUtils.hasText(properties.tokenFile())) {
                return new TokenFile(Path.of(properties.tokenFile()));
            }
            String token = Objects.requireNonNull(properties.token());
            return () -> token;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Order(2)
    @ConditionalOnClass(ServiceToken.class)
    @ConditionalOnBean(ServiceToken.class)
    @ConditionalOnMissingBean(AccessToken.class)
    static class OfTheService {

        @Bean
        AccessToken lockAccessToken(ServiceToken token) {
            return new AccessToken() {
                @Override
                public String value() {
                    return token.value();
                }

                @Override
                public boolean refused(String value) {
                    return token.refused(value);
                }
            };
        }
    }

    /** A setting that is empty is none: it may stand for an environment variable. */
    static final class IsSet implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Stream.of("holdfast.locks.token-file", "holdfast.locks.token")
                    .anyMatch(
                            name -> StringUtils.hasText(context.getEnvironment().getProperty(name)));
        }
    }
}
