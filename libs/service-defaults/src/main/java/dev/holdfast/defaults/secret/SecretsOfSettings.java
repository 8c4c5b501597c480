package dev.holdfast.defaults.secret;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Compares secrets with those of the settings, which are in the clear there: to hash them here would guard nothing, and
 * cost a slow hash for each request. The time that it takes tells nothing of the secret.
 */
public final class SecretsOfSettings implements PasswordEncoder {

    /**
     * Lets no service start without a secret.
     *
     * @param variable the environment variable that sets it
     * @throws InvalidConfigurationPropertyValueException that Spring Boot reports in words
     */
    public static void require(String setting, @Nullable String secret, String variable) {
        if (secret == null || secret.isEmpty()) {
            throw new InvalidConfigurationPropertyValueException(
                    setting, secret, "It has no default: set " + variable + " to a secret of your own.");
        }
    }

    @Override
    public @Nullable String encode(@Nullable CharSequence secret) {
        return secret == null ? null : secret.toString();
    }

    @Override
    public boolean matches(@Nullable CharSequence given, @Nullable String secret) {
        return given != null
                && secret != null
                && MessageDigest.isEqual(given.toString().getBytes(UTF_8), secret.getBytes(UTF_8));
    }
}
