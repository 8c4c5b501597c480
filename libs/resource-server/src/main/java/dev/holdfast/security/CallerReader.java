package dev.holdfast.security;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;

/** Reads the caller from the claims of a token that was verified. What is not as it should be gives no right. */
final class CallerReader {
    /** What stands in data for a caller that was not known; nobody may bear that name. */
    private static final String NOBODY = "anonymous";

    private final String callerClaim;
    private final String namespacesClaim;

    CallerReader(SecuritySettings settings) {
        this.callerClaim = settings.callerClaim();
        this.namespacesClaim = settings.namespacesClaim();
    }

    /** @throws Refusal if the token names nobody */
    Caller read(Jwt token) {
        Map<String, Object> claims = token.getClaims();
        if (!(claims.get(callerClaim) instanceof String name) || !Caller.isName(name) || name.equals(NOBODY)) {
            throw Refusal.invalidToken("The token names no caller of 1 to 255 printable characters.");
        }
        return new Caller(
                name,
                words(claims.containsKey("scope") ? claims.get("scope") : claims.get("scp")),
                words(claims.get(namespacesClaim)),
                Objects.requireNonNull(token.getExpiresAt()),
                null);
    }

    /** An array of strings, or one string with spaces between; of anything else nothing. */
    private static Set<String> words(@Nullable Object claim) {
        Stream<?> words = Stream.of();
        if (claim instanceof String text) {
            words = Arrays.stream(text.split(" ", -1));
        } else if (claim instanceof Collection<?> list) {
            words = list.stream();
        }
        return words.filter(String.class::isInstance)
                .map(String.class::cast)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }
}
