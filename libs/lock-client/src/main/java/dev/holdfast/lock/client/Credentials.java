package dev.holdfast.lock.client;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** What a call says of who makes it. */
final class Credentials {
    /** RFC 6750, section 2.1. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final int LONGEST_USER = 128;

    private final @Nullable AccessToken token;
    private final LeaseUser user;

    /** @param token if there is one: without it the calls are anonymous */
    Credentials(@Nullable AccessToken token, LeaseUser user) {
        this.token = token;
        this.user = user;
    }

    /** Those of one call. */
    record Sent(@Nullable String token, Map<String, Object> headers) {}

    /** @throws RuntimeException if there should be a token and is none */
    Sent now() {
        Map<String, Object> headers = new HashMap<>();
        user.name().filter(StringUtils::hasText).ifPresent(name -> headers.put("X-User", printable(name)));
        String value = Optional.ofNullable(token).map(AccessToken::value).orElse(null);
        if (value != null && !isBearerToken(value)) {
            // Here, as the HTTP client would repeat it in its own complaint.
            throw new IllegalStateException("What should be sent as a token is none");
        }
        if (value != null) {
            headers.put("Authorization", "Bearer " + value);
        }
        return new Sent(value, headers);
    }

    static boolean isBearerToken(String value) {
        return TOKEN.matcher(value).matches();
    }

    /** Others, after these were answered 401, if there are any. */
    Optional<Sent> inPlaceOf(Sent sent) {
        try {
            return token != null && sent.token() != null && token.refused(sent.token())
                    ? Optional.of(now())
                    : Optional.empty();
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /** A header takes no line breaks, and not every server takes more than ASCII. */
    private static String printable(String name) {
        String ascii = name.strip().replaceAll("[^\\x20-\\x7e]", "?");
        return ascii.substring(0, Math.min(ascii.length(), LONGEST_USER));
    }
}
