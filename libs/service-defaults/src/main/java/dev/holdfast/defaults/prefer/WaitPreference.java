package dev.holdfast.defaults.prefer;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.http.HttpHeaders;

/** {@code Prefer: wait=20}: how many seconds a client is willing to wait for an answer (RFC 7240, section 4.3). */
public final class WaitPreference {

    private static final String PREFER = "Prefer";
    private static final Pattern WAIT = Pattern.compile("wait\\s*=\\s*\"?(\\d+)\"?\\s*(;.*)?");

    private WaitPreference() {}

    /** The wait, at most the longest. What is not a number is ignored, as the RFC wants of what is not understood. */
    public static Optional<Duration> of(HttpHeaders headers, Duration longest) {
        return preferences(headers)
                .map(WaitPreference::matcher)
                .filter(Matcher::matches)
                .map(match -> atMost(longest, match.group(1)))
                .findFirst();
    }

    /** Sets the wait, in whole seconds, and leaves other preferences as they are. */
    public static void set(HttpHeaders headers, Duration wait) {
        Stream<String> others =
                preferences(headers).filter(each -> !matcher(each).matches());
        headers.put(
                PREFER,
                Stream.concat(others, Stream.of("wait=" + wait.toSeconds())).toList());
    }

    private static Stream<String> preferences(HttpHeaders headers) {
        return headers.getOrDefault(PREFER, List.of()).stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(String::strip);
    }

    private static Matcher matcher(String preference) {
        return WAIT.matcher(preference.toLowerCase(Locale.ROOT));
    }

    private static Duration atMost(Duration longest, String seconds) {
        BigInteger most = BigInteger.valueOf(longest.toSeconds());
        return Duration.ofSeconds(new BigInteger(seconds).min(most).longValue());
    }
}
