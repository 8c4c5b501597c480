package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.testing.issuer.BadToken;
import dev.holdfast.testing.issuer.TestIssuer;
import dev.holdfast.testing.issuer.TestToken;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;

/** Who may what: each endpoint, asked by each kind of caller that may not. */
class AccessTest extends RedisServiceTest {
    private static final String BREAK = "{\"grace\":\"PT0S\",\"reason\":\"it hangs\"}";

    @Autowired
    private RequestMappingHandlerMapping mappings;

    /** Each endpoint, what it needs, and what a request that may gets. */
    enum Endpoint {
        PUT_LEASE("PUT", "/leases/{id}", body("a", "PT30S"), 200, "locks:write"),
        DELETE_LEASE("DELETE", "/leases/{id}", "", 204, "locks:write"),
        GET_LEASE("GET", "/leases/{id}", "", 200, "locks:read locks:write"),
        HEAD_LEASE("HEAD", "/leases/{id}", "", 200, "locks:read locks:write"),
        LIST_LOCKS("GET", "/locks", "", 200, "locks:read"),
        GET_LOCK("GET", "/locks/a", "", 200, "locks:read"),
        BREAK_LOCK("POST", "/locks/a/break", BREAK, 200, "locks:admin"),
        FOLLOW_EVENTS("GET", "/events", "", 200, "locks:read");

        private final String method;
        private final String path;
        private final String body;
        private final int status;
        private final String scopes;

        Endpoint(String method, String path, String body, int status, String scopes) {
            this.method = method;
            this.path = path;
            this.body = body;
            this.status = status;
            this.scopes = scopes;
        }

        /** One of them is needed. */
        List<String> scopes() {
            return List.of(scopes.split(" ", -1));
        }
    }

    private static final List<String> SCOPES =
            List.of("locks:read", "locks:write", "locks:admin", "orders:read", "users:relay", "locks:*", "LOCKS:READ");

    private TestToken alice() {
        return TestIssuer.shared().token().subject("alice").namespaces(namespace);
    }

    private String alicesLease() {
        String id = newId();
        assertThat(put(
                                id,
                                body("a", "PT30S"),
                                "Authorization",
                                alice().scopes("locks:write").bearer())
                        .status())
                .isEqualTo(201);
        return id;
    }

    private Answer ask(Endpoint endpoint, String id, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                "http://127.0.0.1:" + port + "/v1/namespaces/" + namespace + endpoint.path.replace("{id}", id)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (!endpoint.body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        return send(request.method(endpoint.method, BodyPublishers.ofString(endpoint.body))
                .build());
    }

    /** {@code 403 forbidden}; of a HEAD, which has no body, the status. */
    private static String summary(Endpoint endpoint, Answer answer) {
        return endpoint == Endpoint.HEAD_LEASE ? String.valueOf(answer.status()) : answer.summary();
    }

    private static void assertRefused(Endpoint endpoint, Answer answer, String summary) {
        String expected = endpoint == Endpoint.HEAD_LEASE ? summary.substring(0, 3) : summary;
        assertThat(summary(endpoint, answer)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void nobodyIsAnsweredWithoutAToken(Endpoint endpoint) {
        Answer answer = ask(endpoint, alicesLease());
        assertRefused(endpoint, answer, "401 unauthenticated");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.header("Holdfast-Instance")).isEqualTo("lock-service-under-test");
        assertRefused(endpoint, ask(endpoint, alicesLeaseAgain(), "X-User", "alice"), "401 unauthenticated");
    }

    private String alicesLeaseAgain() {
        namespace = "n-" + newId();
        return alicesLease();
    }

    static Stream<Arguments> badTokens() {
        return Arrays.stream(Endpoint.values())
                .flatMap(endpoint -> Arrays.stream(BadToken.values()).map(bad -> Arguments.of(endpoint, bad)));
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void aBadTokenIsAsGoodAsNone(Endpoint endpoint, BadToken bad) {
        TestToken good = alice().scopes("locks:read", "locks:write", "locks:admin");
        Answer answer = ask(endpoint, alicesLease(), "Authorization", "Bearer " + bad.of(good));
        assertRefused(endpoint, answer, "401 unauthenticated");
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer error=\"invalid_token\"");
    }

    @ParameterizedTest
    @EnumSource
    void eachOtherScopeIsMissing(Endpoint endpoint) {
        String id = alicesLease();
        String[] others = SCOPES.stream()
                .filter(scope -> !endpoint.scopes().contains(scope))
                .toArray(String[]::new);
        Answer answer =
                ask(endpoint, id, "Authorization", alice().scopes(others).bearer());
        assertRefused(endpoint, answer, "403 forbidden");
        assertThat(answer.header("WWW-Authenticate"))
                .contains("insufficient_scope", endpoint.scopes().getFirst());
    }

    @ParameterizedTest
    @EnumSource
    void anotherNamespaceIsNotOpen(Endpoint endpoint) {
        String id = alicesLease();
        TestToken other = alice().scopes("locks:read", "locks:write", "locks:admin");
        for (Object claim : Arrays.asList(
                List.of("another"), List.of(namespace + ".*"), List.of(), 7, Map.of(namespace, "x"), null)) {
            Answer answer = ask(
                    endpoint,
                    id,
                    "Authorization",
                    other.claim("namespaces", claim).bearer());
            assertRefused(endpoint, answer, "403 forbidden");
        }
    }

    @ParameterizedTest
    @EnumSource
    void withOneOfItsScopesItAnswers(Endpoint endpoint) {
        for (String scope : endpoint.scopes()) {
            namespace = "n-" + newId();
            String id = alicesLease();
            // So that a stream ends too.
            TestToken token =
                    alice().scopes(scope).lifetime(Duration.ofSeconds(endpoint == Endpoint.FOLLOW_EVENTS ? 1 : 60));
            assertThat(ask(endpoint, id, "Authorization", token.bearer()).status())
                    .isEqualTo(endpoint.status);
        }
    }

    /** What the lease's id, its token and its owner are worth to someone else: nothing. */
    @Test
    void whatIsAnothersIsRefusedWhateverOneKnowsOfIt() {
        String id = newId();
        String token = put(
                        id,
                        owned("alices"),
                        "Authorization",
                        alice().scopes("locks:write").bearer())
                .header("Fencing-Token");
        String reader = alice().subject("mallory")
                .scopes("locks:read", "locks:write", "users:relay")
                .bearer();
        String blind = alice().subject("mallory").scopes("locks:write").bearer();
        for (String[] match : List.of(new String[] {}, new String[] {"If-Match", '"' + token + '"'})) {
            assertThat(put(id, owned("alices"), with(match, reader)).summary()).isEqualTo("403 lease-of-another");
            assertThat(delete(id, with(match, reader)).summary()).isEqualTo("403 lease-of-another");
            assertThat(put(id, owned("alices"), with(match, blind)).summary()).isEqualTo("404 not-found");
            assertThat(delete(id, with(match, blind)).summary()).isEqualTo("404 not-found");
        }
        assertThat(get(leasePath(id), "Authorization", reader).status()).isEqualTo(200);
        assertThat(get(leasePath(id), "Authorization", blind).summary()).isEqualTo("404 not-found");
        assertThat(send("HEAD", leasePath(id), with(new String[] {"If-Match", '"' + token + '"'}, blind))
                        .status())
                .isEqualTo(412);
        // A relay's word about its user does not make it that user.
        assertThat(delete(id, with(new String[] {"X-User", "alice"}, reader)).summary())
                .isEqualTo("403 lease-of-another");
        // It is as it was.
        assertThat(delete(id, "Authorization", alice().scopes("locks:write").bearer(), "If-Match", '"' + token + '"')
                        .status())
                .isEqualTo(204);
    }

    @Test
    void aPlaceInTheQueueIsItsCallersToo() {
        alicesLease();
        String waiter = newId();
        String bob = alice().subject("bob").scopes("locks:read", "locks:write").bearer();
        String mallory =
                alice().subject("mallory").scopes("locks:read", "locks:write").bearer();
        assertThat(put(waiter, body("a", "PT30S"), "Prefer", "wait=0", "Authorization", bob)
                        .status())
                .isEqualTo(202);
        assertThat(put(waiter, body("a", "PT30S"), "Prefer", "wait=1", "Authorization", mallory)
                        .summary())
                .isEqualTo("403 lease-of-another");
        assertThat(delete(waiter, "Authorization", mallory).summary()).isEqualTo("403 lease-of-another");
        assertThat(put(waiter, body("a", "PT30S"), "Prefer", "wait=0", "Authorization", bob)
                        .status())
                .isEqualTo(202);
    }

    @Test
    void anAdminRenewsAndReleasesWhatIsAnothersAndItStaysTheOthers() {
        String id = alicesLease();
        String admin = alice().subject("root")
                .scopes("locks:read", "locks:write", "locks:admin")
                .bearer();
        assertThat(put(id, body("a", "PT30S"), "Authorization", admin).status()).isEqualTo(200);
        assertThat(get(lockPath("a"))
                        .json()
                        .path("holders")
                        .path(0)
                        .path("caller")
                        .stringValue())
                .isEqualTo("alice");
        assertThat(delete(id, "Authorization", admin).status()).isEqualTo(204);
        // The scope alone lets nobody acquire.
        assertThat(put(
                                newId(),
                                body("b", "PT30S"),
                                "Authorization",
                                alice().scopes("locks:admin").bearer())
                        .summary())
                .isEqualTo("403 forbidden");
    }

    @Test
    void whoMayNotReadIsNotToldWhoHoldsTheLock() {
        alicesLease();
        Answer blind = put(
                newId(),
                body("a", "PT30S"),
                "Authorization",
                alice().subject("b").scopes("locks:write").bearer());
        assertThat(blind.summary()).isEqualTo("409 lock-held");
        assertThat(blind.json().has("holders")).isFalse();
        Answer reader = put(
                newId(),
                body("a", "PT30S"),
                "Authorization",
                alice().subject("b").scopes("locks:write", "locks:read").bearer());
        assertThat(reader.json().path("holders").path(0).path("caller").stringValue())
                .isEqualTo("alice");
    }

    @Test
    void aStreamOfEventsEndsWithItsToken() {
        String token =
                alice().scopes("locks:read").lifetime(Duration.ofSeconds(2)).bearer();
        try (EventClient client =
                new EventClient(port, "/v1/namespaces/" + namespace + "/events", "Authorization", token)) {
            assertThat(client.status()).isEqualTo(200);
            alicesLease();
            await().until(() -> client.summaries().contains("granted a"));
            assertThat(client.hasEnded()).isFalse();
            await().until(client::hasEnded);
            assertThat(client.lastId()).isNotEmpty();
        }
    }

    @Test
    void theAuditLogNamesTheCallerAndForWhomARelayCalls() {
        Logger audit = (Logger) LoggerFactory.getLogger("dev.holdfast.audit");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        audit.setLevel(Level.DEBUG);
        audit.addAppender(lines);
        try {
            String relay = alice().subject("order-service")
                    .scopes("locks:write", "users:relay")
                    .bearer();
            put(newId(), body("a", "PT30S"), "Authorization", relay, "X-User", "bob");
            put(
                    newId(),
                    body("b", "PT30S"),
                    "Authorization",
                    alice().scopes("locks:write").bearer(),
                    "X-User",
                    "root");
            assertThat(lines.list.stream().map(ILoggingEvent::getFormattedMessage))
                    .satisfiesExactly(
                            line -> assertThat(line).contains("by order-service for bob,"),
                            line -> assertThat(line).contains("by alice,"));
        } finally {
            audit.setLevel(null);
            audit.detachAppender(lines);
        }
    }

    /** So that whoever adds an endpoint adds its row, above and in the service. */
    @Test
    void everyEndpointStandsInTheTableOfThisTest() {
        List<String> tested = Arrays.stream(Endpoint.values())
                .filter(endpoint -> endpoint != Endpoint.HEAD_LEASE)
                .map(endpoint -> endpoint.method + " /v1/namespaces/{namespace}"
                        + endpoint.path.replace("/locks/a", "/locks/{name}"))
                .toList();
        List<String> served = mappings.getHandlerMethods().keySet().stream()
                .flatMap(mapping -> mapping.getPatternsCondition().getPatterns().stream()
                        .flatMap(path -> mapping.getMethodsCondition().getMethods().stream()
                                .filter(method -> !method.name().equals("HEAD"))
                                .map(method -> method + " " + path)))
                .toList();
        assertThat(served).containsExactlyInAnyOrderElementsOf(tested);
    }

    private static String[] with(String[] headers, String authorization) {
        return Stream.concat(Stream.of(headers), Stream.of("Authorization", authorization))
                .toArray(String[]::new);
    }

    private static String owned(String owner) {
        return "{\"locks\":[{\"name\":\"a\"}],\"ttl\":\"PT30S\",\"owner\":\"" + owner + "\"}";
    }
}
