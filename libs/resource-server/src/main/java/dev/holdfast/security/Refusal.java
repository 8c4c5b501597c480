package dev.holdfast.security;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.lock.api.ProblemKind;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a request goes no further: a problem, and for {@code WWW-Authenticate} the challenge (RFC 6750, section 3). */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final @Nullable String challenge;

    private Refusal(Problem problem, @Nullable String challenge) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
        this.challenge = challenge;
    }

    /** No token came. A challenge says no more than that one is needed. */
    static Refusal withoutToken() {
        return new Refusal(
                Problem.of(ProblemKind.UNAUTHENTICATED, "The request has no token: Authorization: Bearer <token>."),
                "Bearer");
    }

    /** @param why a sentence in ASCII, without quotes */
    static Refusal invalidToken(String why) {
        return new Refusal(
                Problem.of(ProblemKind.UNAUTHENTICATED, why),
                "Bearer error=\"invalid_token\", error_description=\"" + why + "\"");
    }

    /** @param anyOf scopes of which one is missing */
    static Refusal scopeMissing(Collection<String> anyOf) {
        String scopes = String.join(" ", anyOf.stream().sorted().toList());
        return new Refusal(
                Problem.of(
                        ProblemKind.FORBIDDEN,
                        anyOf.size() == 1
                                ? "The token lacks the scope " + scopes + "."
                                : "The token has none of the scopes " + scopes + "."),
                "Bearer error=\"insufficient_scope\", scope=\"" + scopes + "\"");
    }

    static Refusal namespaceMissing(String namespace) {
        return new Refusal(
                Problem.of(ProblemKind.FORBIDDEN, "The token is not for the namespace " + namespace + "."), null);
    }

    static Refusal notFound() {
        return new Refusal(Problem.of(ProblemKind.NOT_FOUND), null);
    }

    static Refusal issuerUnavailable() {
        return new Refusal(Problem.of(ProblemKind.ISSUER_UNAVAILABLE), null);
    }

    static Refusal malformedUser() {
        return new Refusal(
                Problem.of(ProblemKind.MALFORMED_REQUEST, "X-User must be 1 to 255 printable characters."), null);
    }

    Problem problem() {
        return problem;
    }

    Optional<String> challenge() {
        return Optional.ofNullable(challenge);
    }
}
