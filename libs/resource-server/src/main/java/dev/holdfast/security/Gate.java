package dev.holdfast.security;

import dev.holdfast.security.AccessRules.Row;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern.PathMatchInfo;

/** Decides whether a request may go on; the same on both kinds of server. */
final class Gate {
    /** What a gateway strips, and a service believes only a caller that may relay. */
    static final String USER = "X-User";

    private static final String RELAY = "users:relay";
    private static final String NAMESPACE = "namespace";
    private static final String SCHEME = "Bearer ";

    private final AccessRules rules;
    private final TokenVerifier verifier;

    Gate(AccessRules rules, TokenVerifier verifier) {
        this.rules = rules;
        this.verifier = verifier;
    }

    /**
     * A request at the gate.
     *
     * @param authorization the lines of the header
     * @param users the lines of X-User
     */
    record Visit(HttpMethod method, PathContainer path, List<String> authorization, List<String> users) {}

    /** What to do with a request. */
    sealed interface Passage {
        /** It goes on without a caller. */
        record Open() implements Passage {}

        /** It goes on as this caller's. */
        record Known(Caller caller) implements Passage {}

        /** Its token is to be verified, which may block, by {@link Gate#verify}. */
        record Unverified(String token, Optional<Row> row) implements Passage {}
    }

    /** @throws Refusal if it goes no further */
    Passage ask(Visit visit) {
        Optional<Row> row = rules.of(visit.method(), visit.path());
        if (row.isPresent() && row.get().isOpen()) {
            return new Passage.Open();
        }
        String token = token(visit.authorization());
        Caller remembered = verifier.remembered(token);
        return remembered == null
                ? new Passage.Unverified(token, row)
                : new Passage.Known(admitted(remembered, visit, row));
    }

    /** @throws Refusal if it goes no further */
    Caller verify(Passage.Unverified unverified, Visit visit) {
        return admitted(verifier.verify(unverified.token()), visit, unverified.row());
    }

    private Caller admitted(Caller caller, Visit visit, Optional<Row> row) {
        if (row.isPresent()) {
            check(caller, visit.path(), row.get());
        } else if (!rules.know(visit.path())) {
            throw Refusal.notFound();
        }
        return withUser(caller, visit.users());
    }

    private static void check(Caller caller, PathContainer path, Row row) {
        if (!row.isFor(caller)) {
            throw Refusal.scopeMissing(row.scopes());
        }
        PathMatchInfo match = row.path().matchAndExtract(path);
        String namespace = match == null ? null : match.getUriVariables().get(NAMESPACE);
        if (namespace != null && !caller.mayUse(namespace)) {
            throw Refusal.namespaceMissing(namespace);
        }
    }

    private static Caller withUser(Caller caller, List<String> users) {
        if (users.isEmpty() || !caller.may(RELAY)) {
            return caller;
        }
        if (users.size() > 1 || !Caller.isName(users.getFirst())) {
            throw Refusal.malformedUser();
        }
        return caller.onBehalfOf(users.getFirst());
    }

    /** {@code Authorization: Bearer <token>}, once (RFC 6750, section 2.1). No token is taken from anywhere else. */
    private static String token(List<String> authorization) {
        if (authorization.isEmpty()) {
            throw Refusal.withoutToken();
        }
        String line = authorization.getFirst();
        String token = line.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? line.substring(SCHEME.length()).strip()
                : "";
        if (authorization.size() > 1) {
            throw Refusal.invalidToken("The request has more than one Authorization.");
        }
        if (token.isEmpty()) {
            throw Refusal.withoutToken();
        }
        return token;
    }
}
