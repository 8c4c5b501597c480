package dev.holdfast.launcher.suite;

import java.time.Duration;
import java.util.List;

/**
 * What a token lets its bearer do.
 *
 * @param namespaces such as {@code team-a}, {@code team-a.*} (those that begin so) or {@code *} (all)
 * @param caller who the bearer is
 * @param lifetime of the token, in whole seconds
 */
public record Access(List<String> scopes, List<String> namespaces, String caller, Duration lifetime) {

    /** All scopes that there are. */
    public static final List<String> SCOPES = List.of(
            "locks:read",
            "locks:write",
            "locks:admin",
            "orders:read",
            "orders:write",
            "orders:stock",
            "orders:reserve",
            "orders:admin",
            "users:relay");

    /** What {@code ./demo token} gives to one who asks for nothing else. */
    public static final Access DEMO = new Access(
            List.of("locks:read", "locks:write", "orders:read", "orders:write", "orders:stock"),
            List.of("demo", "default"),
            "demo",
            Duration.ofHours(1));

    /** What the story needs: any namespace, and the inventory's reservations, to play a writer that lost its lock. */
    static final Access STORY = new Access(
            List.of("locks:read", "locks:write", "orders:read", "orders:write", "orders:stock", "orders:reserve"),
            List.of("*"),
            "story",
            Duration.ofHours(1));

    public Access {
        scopes = List.copyOf(scopes);
        namespaces = List.copyOf(namespaces);
    }

    public Access withScopes(String... others) {
        return new Access(List.of(others), namespaces, caller, lifetime);
    }

    public Access withNamespaces(String... others) {
        return new Access(scopes, List.of(others), caller, lifetime);
    }

    public Access withCaller(String other) {
        return new Access(scopes, namespaces, other, lifetime);
    }
}
