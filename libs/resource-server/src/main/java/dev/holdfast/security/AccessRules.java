package dev.holdfast.security;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The table of who may what: for each endpoint the scopes of which one is needed. The first row that fits a request counts.
 *
 * <p>A path that no row is about is 404 for whoever has a token, whatever serves it, and 401 for everyone else. A path
 * whose rows are about other methods goes on to be 405. A row whose path has {@code {namespace}} asks for the caller's
 * right to that namespace as well.
 */
public final class AccessRules {
    private final List<Row> rows;

    private AccessRules(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    public static AccessRules of(Row... rows) {
        return new AccessRules(Arrays.asList(rows));
    }

    /**
     * What a method of a path needs.
     *
     * @param method null if the row is about all of them; that of GET is about HEAD as well
     * @param isOpen whether no token is needed
     * @param scopes one of them is needed; with none, any token does
     */
    public record Row(@Nullable HttpMethod method, PathPattern path, boolean isOpen, Set<String> scopes) {

        boolean fits(HttpMethod asked, PathContainer requested) {
            return (method == null || method.equals(asked) || isHeadOf(method, asked)) && path.matches(requested);
        }

        private static boolean isHeadOf(HttpMethod method, HttpMethod asked) {
            return asked.equals(HttpMethod.HEAD) && method.equals(HttpMethod.GET);
        }

        boolean isFor(Caller caller) {
            return scopes.isEmpty() || scopes.stream().anyMatch(caller::may);
        }
    }

    /** A row: this method of this path needs one of these scopes. */
    public static Row allow(HttpMethod method, String path, String scope, String... orScopes) {
        return new Row(method, pattern(path), false, either(scope, orScopes));
    }

    /** A row: every method of this path needs one of these scopes. */
    public static Row allowAny(String path, String scope, String... orScopes) {
        return new Row(null, pattern(path), false, either(scope, orScopes));
    }

    /** A row: every method of this path needs a token, and nothing in it; what serves it knows what is needed. */
    public static Row allowAnyone(String path) {
        return new Row(null, pattern(path), false, Set.of());
    }

    /** A row: whoever comes may read this path. */
    public static Row open(String path) {
        return open(HttpMethod.GET, path);
    }

    /** A row: whoever comes may do whatever this method of the path does. */
    public static Row open(HttpMethod method, String path) {
        return new Row(method, pattern(path), true, Set.of());
    }

    /** These rows before those. */
    AccessRules before(AccessRules others) {
        return new AccessRules(
                Stream.concat(rows.stream(), others.rows.stream()).toList());
    }

    Optional<Row> of(HttpMethod method, PathContainer path) {
        for (Row row : rows) {
            if (row.fits(method, path)) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }

    /** Whether a row is about this path, by whatever method. */
    boolean know(PathContainer path) {
        return rows.stream().anyMatch(row -> row.path().matches(path));
    }

    private static Set<String> either(String scope, String... orScopes) {
        return Stream.concat(Stream.of(scope), Arrays.stream(orScopes)).collect(Collectors.toUnmodifiableSet());
    }

    private static PathPattern pattern(String path) {
        return PathPatternParser.defaultInstance.parse(path);
    }
}
