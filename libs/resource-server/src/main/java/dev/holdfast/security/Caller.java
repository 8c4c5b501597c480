package dev.holdfast.security;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, as its token says. A controller's method takes one as an argument.
 *
 * @param name the authenticated subject: 1 to 255 printable characters
 * @param namespaces those it may use: {@code team-a}; {@code team-a.*}, all that begin with {@code team-a.}; {@code *}, all
 * @param expiresAt when its token ends
 * @param onBehalfOf for whom it calls, as it says itself; never a reason to allow anything
 */
public record Caller(
        String name,
        Set<String> scopes,
        Set<String> namespaces,
        Instant expiresAt,
        @Nullable String onBehalfOf) {

    /** The name of the request's attribute that holds its caller, on both kinds of server. */
    public static final String ATTRIBUTE = Caller.class.getName();

    private static final int MAX_CHARACTERS = 255;
    private static final String EVERYTHING = "*";

    public Caller {
        if (!isName(name)) {
            throw new IllegalArgumentException("a caller's name has 1 to 255 printable characters");
        }
        scopes = Set.copyOf(scopes);
        namespaces = Set.copyOf(namespaces);
    }

    /** Whether its token has this scope. */
    public boolean may(String scope) {
        return scopes.contains(scope);
    }

    /** Whether its token has this namespace. */
    public boolean mayUse(String namespace) {
        if (namespaces.contains(namespace) || namespaces.contains(EVERYTHING)) {
            return true;
        }
        for (int dot = namespace.indexOf('.'); dot > 0; dot = namespace.indexOf('.', dot + 1)) {
            if (namespaces.contains(namespace.substring(0, dot + 1) + EVERYTHING)) {
                return true;
            }
        }
        return false;
    }

    /** For logs: its name, and for whom it says it calls; in quotes what could be taken for more than a name. */
    @Override
    public String toString() {
        return onBehalfOf == null ? quoted(name) : quoted(name) + " for " + quoted(onBehalfOf);
    }

    private static String quoted(String name) {
        return name.codePoints().anyMatch(each -> each == '"' || Character.isSpaceChar(each))
                ? '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : name;
    }

    Caller onBehalfOf(String user) {
        return new Caller(name, scopes, namespaces, expiresAt, user);
    }

    /** Whether it fits on a line of a log, and hides nothing of it. */
    static boolean isName(String text) {
        return !text.isBlank()
                && text.codePointCount(0, text.length()) <= MAX_CHARACTERS
                && text.codePoints().allMatch(Caller::isPrintable);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
