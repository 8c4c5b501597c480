package dev.holdfast.defaults.request;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.lock.api.ProblemKind;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The key by which a repeated POST is known as the same: {@code Idempotency-Key}. */
public record IdempotencyKey(String value) {

    /** The header's name. */
    public static final String HEADER = "Idempotency-Key";

    private static final Pattern PRINTABLE = Pattern.compile("[ -~]{1,128}");

    /**
     * Checks the key.
     *
     * @throws ProblemException if it is not 1 to 128 printable ASCII characters
     */
    public IdempotencyKey {
        if (!PRINTABLE.matcher(value).matches()) {
            throw malformed();
        }
    }

    /**
     * The one key among the header's lines; none when there is no such header.
     *
     * @throws ProblemException if there are several or it is no key
     */
    public static Optional<IdempotencyKey> of(@Nullable Enumeration<String> lines) {
        List<String> keys = lines == null ? List.of() : Collections.list(lines);
        if (keys.size() > 1) {
            throw malformed();
        }
        return keys.stream().map(IdempotencyKey::new).findFirst();
    }

    /** The problem of a request whose key is missing or is none. */
    public static ProblemException malformed() {
        return new ProblemException(Problem.of(
                ProblemKind.MALFORMED_REQUEST,
                "Idempotency-Key must be one header of 1 to 128 printable ASCII characters."));
    }
}
