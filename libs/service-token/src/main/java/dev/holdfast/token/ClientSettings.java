package dev.holdfast.token;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Who this program is and who issues its tokens, under Spring Security's own names. Spring Boot's use of them asks the
 * issuer for its endpoints while the program starts, which then could not start without it.
 */
record ClientSettings(Registration registration, Provider provider) {
    private static final String PREFIX = "spring.security.oauth2.client.";
    static final String REGISTRATION = PREFIX + "registration.holdfast";

    /** @param provider the name of the issuer's settings, by default {@code holdfast} */
    record Registration(
            @Nullable String clientId,
            @Nullable String clientSecret,
            @Nullable String clientAuthenticationMethod,
            @Nullable Set<String> scope,
            @Nullable String provider) {}

    /** The token endpoint, or where it is found out. */
    record Provider(@Nullable String issuerUri, @Nullable String tokenUri) {}

    /** @throws InvalidConfigurationPropertyValueException if one that is needed is missing */
    static ClientSettings of(Environment environment) {
        Binder binder = Binder.get(environment);
        Registration registration = binder.bindOrCreate(REGISTRATION, Bindable.of(Registration.class));
        require(registration.clientId(), REGISTRATION + ".client-id");
        require(registration.clientSecret(), REGISTRATION + ".client-secret");
        String name = StringUtils.hasText(registration.provider()) ? registration.provider() : "holdfast";
        String place = PREFIX + "provider." + name;
        Provider provider = binder.bindOrCreate(place, Bindable.of(Provider.class));
        if (!StringUtils.hasText(provider.tokenUri())) {
            require(provider.issuerUri(), place + ".issuer-uri");
        }
        return new ClientSettings(registration, provider);
    }

    private static void require(@Nullable String value, String name) {
        if (!StringUtils.hasText(value)) {
            throw new InvalidConfigurationPropertyValueException(name, value, "The service token needs it.");
        }
    }
}
