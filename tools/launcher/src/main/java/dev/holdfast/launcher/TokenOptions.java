package dev.holdfast.launcher;

import dev.holdfast.launcher.suite.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code ./demo token} is asked for. */
final class TokenOptions {

    private static final Pattern LIFETIME = Pattern.compile("([1-9][0-9]{0,4})([smh])");

    private TokenOptions() {}

    /**
     * Reads {@code --scope "a b"}, {@code --namespace ns}, {@code --caller name} and {@code --lifetime 1h}; the first two
     * may be repeated.
     *
     * @throws IllegalArgumentException with a message for the person at the terminal
     */
    static Access parse(List<String> arguments) {
        var scopes = new ArrayList<String>();
        var namespaces = new ArrayList<String>();
        String caller = Access.DEMO.caller();
        Duration lifetime = Access.DEMO.lifetime();
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            String value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
            switch (option) {
                case "--scope" -> scopes.addAll(scopes(value));
                case "--namespace" -> namespaces.add(present(option, value));
                case "--caller" -> caller = present(option, value);
                case "--lifetime" -> lifetime = lifetime(value);
                default -> throw new IllegalArgumentException("unknown argument " + option + ": see ./demo --help");
            }
        }
        return new Access(
                scopes.isEmpty() ? Access.DEMO.scopes() : scopes,
                namespaces.isEmpty() ? Access.DEMO.namespaces() : namespaces,
                caller,
                lifetime);
    }

    private static List<String> scopes(String value) {
        List<String> scopes = Arrays.asList(present("--scope", value).split(" +"));
        for (String scope : scopes) {
            if (!Access.SCOPES.contains(scope)) {
                throw new IllegalArgumentException(
                        "there is no scope " + scope + ", but these: " + String.join(", ", Access.SCOPES));
            }
        }
        return scopes;
    }

    private static String present(String option, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return value.strip();
    }

    private static Duration lifetime(String value) {
        Matcher matcher = LIFETIME.matcher(value);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("--lifetime needs a number with its unit, such as 90s, 15m or 1h");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
