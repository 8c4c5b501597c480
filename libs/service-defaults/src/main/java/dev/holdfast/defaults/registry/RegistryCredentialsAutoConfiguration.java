package dev.holdfast.defaults.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.cloud.netflix.eureka.TimeoutProperties;
import org.springframework.cloud.netflix.eureka.config.DiscoveryClientOptionalArgsConfiguration;
import org.springframework.cloud.netflix.eureka.http.DefaultEurekaClientHttpRequestFactorySupplier;
import org.springframework.cloud.netflix.eureka.http.EurekaClientHttpRequestFactorySupplier;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.InterceptingClientHttpRequestFactory;
import org.springframework.http.client.support.BasicAuthenticationInterceptor;
import org.springframework.util.StringUtils;

/**
 * Sends the registry's password with each call to it. In an address it would be cut at a colon, be misread where it has
 * characters that mean something to a URI, and stand in logs.
 */
@AutoConfiguration(before = DiscoveryClientOptionalArgsConfiguration.class)
@ConditionalOnClass(EurekaClientHttpRequestFactorySupplier.class)
@EnableConfigurationProperties({RegistryCredentials.class, TimeoutProperties.class})
class RegistryCredentialsAutoConfiguration {

    @Bean
    EurekaClientHttpRequestFactorySupplier registryRequests(
            RegistryCredentials credentials, TimeoutProperties timeouts, ObjectProvider<SslBundles> bundles) {
        EurekaClientHttpRequestFactorySupplier requests =
                trusting(credentials, new DefaultEurekaClientHttpRequestFactorySupplier(timeouts, Set.of()), bundles);
        if (credentials.password().isEmpty()) {
            return requests;
        }
        var interceptor = new BasicAuthenticationInterceptor(credentials.user(), credentials.password(), UTF_8);
        return (context, verifier) ->
                new InterceptingClientHttpRequestFactory(requests.get(context, verifier), List.of(interceptor));
    }

    private static EurekaClientHttpRequestFactorySupplier trusting(
            RegistryCredentials credentials,
            EurekaClientHttpRequestFactorySupplier requests,
            ObjectProvider<SslBundles> bundles) {
        if (!StringUtils.hasText(credentials.sslBundle())) {
            return requests;
        }
        SSLContext tls = bundles.getObject().getBundle(credentials.sslBundle()).createSslContext();
        return (context, verifier) -> requests.get(tls, verifier);
    }
}
