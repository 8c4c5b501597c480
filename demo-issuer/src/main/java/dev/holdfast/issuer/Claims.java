package dev.holdfast.issuer;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;

/**
 * Sets audience and namespaces of a token. The client {@code demo} may ask for others by the parameters
 * {@code namespaces} (repeated, or with spaces), {@code caller} (the {@code sub}) and {@code lifetime} (seconds).
 */
final class Claims implements OAuth2TokenCustomizer<JwtEncodingContext> {

    private static final String DEMO = "demo";
    private static final String NAMESPACES = "namespaces";
    private static final String CALLER = "caller";
    private static final String LIFETIME = "lifetime";

    /** A namespace, all that begin with it and a dot, or all. */
    private static final Pattern NAMESPACE = Pattern.compile("\\*|[a-z0-9][a-z0-9._-]{0,62}(\\.\\*)?");

    private static final Pattern PRINTABLE = Pattern.compile("[!-~]{1,128}");
    private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,4}");
    private static final Duration LONGEST = Duration.ofDays(1);

    private final IssuerProperties properties;

    Claims(IssuerProperties properties) {
        this.properties = properties;
    }

    @Override
    public void customize(JwtEncodingContext context) {
        String client = context.getRegisteredClient().getClientId();
        context.getClaims()
                .audience(List.of(properties.audience()))
                .claim(NAMESPACES, properties.namespaces().getOrDefault(client, List.of()));
        if (context.getAuthorizationGrant() instanceof OAuth2ClientCredentialsAuthenticationToken request) {
            ask(client, request.getAdditionalParameters(), context);
        }
    }

    private static void ask(String client, Map<String, Object> parameters, JwtEncodingContext context) {
        List<String> namespaces = words(parameters.get(NAMESPACES));
        String caller = word(CALLER, parameters.get(CALLER), PRINTABLE);
        String lifetime = word(LIFETIME, parameters.get(LIFETIME), SECONDS);
        boolean asks = Set.of(NAMESPACES, CALLER, LIFETIME).stream().anyMatch(parameters::containsKey);
        if (asks && !client.equals(DEMO)) {
            throw invalid("Only the client " + DEMO + " may say what its tokens contain");
        }
        if (!namespaces.isEmpty()) {
            context.getClaims().claim(NAMESPACES, namespaces);
        }
        if (caller != null) {
            context.getClaims().subject(caller);
        }
        if (lifetime != null) {
            context.getClaims().expiresAt(Instant.now().plus(duration(lifetime)));
        }
    }

    private static Duration duration(String seconds) {
        Duration lifetime = Duration.ofSeconds(Long.parseLong(seconds));
        if (lifetime.compareTo(LONGEST) > 0) {
            throw invalid(LIFETIME + " is " + LONGEST.toSeconds() + " at most");
        }
        return lifetime;
    }

    private static List<String> words(@Nullable Object parameter) {
        List<String> words = values(parameter)
                .flatMap(value -> Arrays.stream(value.split(" ")))
                .filter(word -> !word.isEmpty())
                .toList();
        if (!words.stream().allMatch(word -> NAMESPACE.matcher(word).matches())) {
            throw invalid(NAMESPACES + " are like team-a, team-a.* or *");
        }
        return words;
    }

    private static @Nullable String word(String name, @Nullable Object parameter, Pattern pattern) {
        List<String> values = values(parameter).toList();
        if (values.isEmpty()) {
            return null;
        }
        if (values.size() > 1 || !pattern.matcher(values.getFirst()).matches()) {
            throw invalid(name + " must be given once, and match " + pattern);
        }
        return values.getFirst();
    }

    private static Stream<String> values(@Nullable Object parameter) {
        if (parameter instanceof String[] several) {
            return Arrays.stream(several);
        }
        return parameter instanceof String one ? Stream.of(one) : Stream.empty();
    }

    private static OAuth2AuthenticationException invalid(String description) {
        return new OAuth2AuthenticationException(new OAuth2Error(OAuth2ErrorCodes.INVALID_REQUEST, description, null));
    }
}
