package dev.holdfast.token;

import java.net.http.HttpClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** {@link ServiceToken}, for a program that is registered as a client. Its start does not need the issuer. */
@AutoConfiguration(after = SslAutoConfiguration.class)
@ConditionalOnProperty(ClientSettings.REGISTRATION + ".client-id")
@EnableConfigurationProperties(ServiceTokenProperties.class)
class ServiceTokenAutoConfiguration {

    @Bean(initMethod = "renew")
    @ConditionalOnMissingBean(ServiceToken.class)
    RenewedToken serviceToken(
            ServiceTokenProperties properties, ObjectProvider<SslBundles> bundles, Environment environment) {
        HttpClient.Builder http = HttpClient.newBuilder();
        String bundle = properties.sslBundle();
        if (StringUtils.hasText(bundle)) {
            http.sslContext(bundles.getObject().getBundle(bundle).createSslContext());
        }
        return new RenewedToken(new ClientCredentials(ClientSettings.of(environment), http, properties.parameters()));
    }
}
