package dev.holdfast.security;

import static dev.holdfast.security.Service.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.testing.issuer.BadToken;
import dev.holdfast.testing.issuer.TestIssuer;
import dev.holdfast.testing.issuer.TestToken;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;

/** Who calls a service, and what they may: on both kinds of server the same. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServiceContract {
    private final TestIssuer issuer = TestIssuer.shared();
    private final Service service;

    ServiceContract(WebApplicationType type) {
        service = Service.start(type, issuer.settings());
    }

    @AfterAll
    void stop() {
        service.close();
    }

    private TestToken reader() {
        return issuer.token().subject("alice").scopes("things:read").namespaces("team-a");
    }

    @Test
    void aControllerTakesTheCaller() {
        String token = reader().mint();
        for (int i = 0; i < 2; i++) { // verified, and remembered
            HttpResponse<String> answer = get("/things/team-a", token);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("alice reads team-a");
        }
    }

    @Test
    void withoutATokenOnlyWhatIsOpenAnswers() {
        assertThat(service.send("GET", "/open/door").body()).isEqualTo("open");
        for (String path : List.of("/things/team-a", "/nothing/here", "/", "/error")) {
            HttpResponse<String> answer = service.send("GET", path);
            assertThat(summary(answer)).as(path).isEqualTo("401 unauthenticated");
            assertThat(header(answer, "WWW-Authenticate")).contains("Bearer");
        }
        assertThat(summary(service.send("POST", "/open/door"))).isEqualTo("401 unauthenticated");
    }

    @ParameterizedTest
    @EnumSource
    void aBadTokenIsRefusedWithAReasonAndNoMore(BadToken bad) {
        HttpResponse<String> answer = get("/things/team-a", bad.of(reader()));
        assertThat(summary(answer)).isEqualTo("401 unauthenticated");
        assertThat(header(answer, "WWW-Authenticate").orElseThrow())
                .matches("Bearer error=\"invalid_token\", error_description=\"[A-Za-z0-9 ,.]+\"");
        assertThat(answer.body()).doesNotContain("Exception", "nimbus");
        assertThat(summary(get("/nothing/here", bad.of(reader())))).isEqualTo("401 unauthenticated");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Basic YWxpY2U6c2VjcmV0",
                "Bearer a b",
                "BearerX",
                "Bearer \"x\"",
                "DPoP x"
            })
    void whatIsNoBearerTokenIsRefused(String authorization) {
        assertThat(summary(service.send("GET", "/things/team-a", "Authorization", authorization)))
                .isEqualTo("401 unauthenticated");
    }

    @Test
    void aSecondTokenIsNotChosenFrom() {
        String good = reader().bearer();
        assertThat(summary(service.send("GET", "/things/team-a", "Authorization", good, "Authorization", good)))
                .isEqualTo("401 unauthenticated");
    }

    @Test
    void aTokenIsTakenFromTheHeaderAlone() {
        String token = reader().mint();
        assertThat(summary(service.send("GET", "/things/team-a?access_token=" + token)))
                .isEqualTo("401 unauthenticated");
        assertThat(summary(service.send("GET", "/things/team-a", "Cookie", "access_token=" + token)))
                .isEqualTo("401 unauthenticated");
    }

    @Test
    void oneOfTheScopesOfTheRowIsNeeded() {
        HttpResponse<String> answer = service.send("POST", "/things/team-a", "Authorization", reader().bearer());
        assertThat(summary(answer)).isEqualTo("403 forbidden");
        assertThat(answer.body()).contains("The token lacks the scope things:write.");
        assertThat(header(answer, "WWW-Authenticate"))
                .contains("Bearer error=\"insufficient_scope\", scope=\"things:write\"");
        String writer = reader().scopes("things:write", "other").mint();
        assertThat(get("/things/team-a", writer).statusCode()).isEqualTo(200);
        String none = reader().scopes("things").mint();
        assertThat(summary(get("/things/team-a", none))).isEqualTo("403 forbidden");
        // Known, but for nothing that is there.
        assertThat(summary(get("/nothing/here", none))).isEqualTo("404 not-found");
        assertThat(summary(service.send("DELETE", "/things/team-a", "Authorization", reader().bearer())))
                .isEqualTo("405 method-not-allowed");
    }

    @Test
    void whatStandsInNoRowIsNotThere() {
        assertThat(summary(service.send("GET", "/forgotten"))).isEqualTo("401 unauthenticated");
        assertThat(summary(get("/forgotten", reader().mint()))).isEqualTo("404 not-found");
    }

    @Test
    void scopesMayStandInScp() {
        TestToken token = reader().claim("scope", null);
        assertThat(get(
                                "/things/team-a",
                                token.claim("scp", List.of("things:read")).mint())
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/things/team-a", token.claim("scp", "other things:read").mint())
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("/things/team-a", token.mint()).statusCode()).isEqualTo(403);
    }

    static Stream<Arguments> namespaces() {
        return Stream.of(
                arguments(List.of("team-a"), "team-a", 200),
                arguments(List.of("team-b", "team-a"), "team-a", 200),
                arguments("team-b team-a", "team-a", 200),
                arguments(List.of("team-a"), "team-ab", 403),
                arguments(List.of("team-a"), "team-a.x", 403),
                arguments(List.of("team-a.*"), "team-a.x", 200),
                arguments(List.of("team-a.*"), "team-a.x.y", 200),
                arguments(List.of("team-a.*"), "team-a", 403),
                arguments(List.of("team-a.*"), "team-ax", 403),
                arguments(List.of("team*"), "team-a", 403),
                arguments(List.of("*"), "team-a", 200),
                arguments("*", "team-a", 200),
                arguments(List.of(), "team-a", 403),
                arguments(null, "team-a", 403),
                arguments("", "team-a", 403),
                arguments(7, "7", 403),
                arguments(List.of(7), "7", 403),
                arguments(true, "true", 403),
                arguments(Map.of("team-a", true), "team-a", 403),
                arguments(List.of(List.of("team-a")), "team-a", 403),
                arguments(Collections.nCopies(500, "team-b"), "team-a", 403),
                arguments(List.of("team-a\n"), "team-a", 403),
                arguments(List.of("team-a"), "team%2Da", 200),
                arguments(List.of("team-a"), "TEAM-A", 403));
    }

    @ParameterizedTest
    @MethodSource
    void namespaces(@Nullable Object claim, String namespace, int status) {
        HttpResponse<String> answer =
                get("/things/" + namespace, reader().claim("namespaces", claim).mint());
        assertThat(answer.statusCode()).isEqualTo(status);
        if (status == 403) {
            assertThat(summary(answer)).isEqualTo("403 forbidden");
            assertThat(answer.body()).contains("is not for the namespace " + namespace);
        }
    }

    @Test
    void aUserIsBelievedOnlyOfWhoMayRelay() {
        String token = reader().mint();
        assertThat(get("/things/team-a", token, "X-User", "root").body()).isEqualTo("alice reads team-a");
        String relay = reader().subject("order-service")
                .scopes("things:read", "users:relay")
                .mint();
        assertThat(get("/things/team-a", relay, "X-User", "bob").body())
                .isEqualTo("order-service for bob reads team-a");
        assertThat(get("/things/team-a", relay).body()).isEqualTo("order-service reads team-a");
        assertThat(summary(get("/things/team-a", relay, "X-User", "bob", "X-User", "root")))
                .isEqualTo("400 malformed-request");
        assertThat(summary(get("/things/team-a", relay, "X-User", "b".repeat(256))))
                .isEqualTo("400 malformed-request");
    }

    @Test
    void aNameThatLooksLikeMoreStandsInQuotesInLogs() {
        String two = reader().subject("alice for bob").mint();
        assertThat(get("/things/team-a", two).body()).isEqualTo("\"alice for bob\" reads team-a");
        String quoting =
                reader().subject("a\" \\b").scopes("things:read", "users:relay").mint();
        assertThat(get("/things/team-a", quoting, "X-User", "x reads team-b").body())
                .isEqualTo("\"a\\\" \\\\b\" for \"x reads team-b\" reads team-a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "anonymous", "a\nforged", "a\u202eb", "a\u0085b"})
    void aCallerThatCannotBeNamedIsNone(String subject) {
        assertThat(summary(get("/things/team-a", reader().subject(subject).mint())))
                .isEqualTo("401 unauthenticated");
    }

    @Test
    void aTokenThatWasRememberedEndsInTimeAsWell() throws InterruptedException {
        // Within what clocks may differ: verified each time, remembered never.
        String past = reader().lifetime(Duration.ofSeconds(-5)).mint();
        assertThat(get("/things/team-a", past).statusCode()).isEqualTo(200);
        assertThat(get("/things/team-a", past).statusCode()).isEqualTo(200);
        assertThat(get(
                                "/things/team-a",
                                reader().lifetime(Duration.ofSeconds(-31)).mint())
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void ofTheActuatorHealthAndFiguresAreOpenAndNothingElse() {
        for (String open : List.of("/actuator/health", "/actuator/health/liveness", "/actuator/prometheus")) {
            assertThat(service.ofActuator(open).statusCode()).as(open).isEqualTo(200);
        }
        for (String closed :
                List.of("/actuator", "/actuator/env", "/actuator/heapdump", "/actuator/nothing", "/things/team-a")) {
            assertThat(summary(service.ofActuator(closed))).as(closed).isEqualTo("401 unauthenticated");
            if (closed.startsWith("/actuator")) {
                assertThat(summary(service.ofActuator(closed, "Authorization", reader().bearer())))
                        .as(closed)
                        .isEqualTo("403 forbidden");
            }
        }
        assertThat(summary(service.send("GET", "/actuator/env"))).isEqualTo("401 unauthenticated");
    }

    private HttpResponse<String> get(String path, String token, String... more) {
        String[] headers = Stream.concat(Stream.of("Authorization", "Bearer " + token), Stream.of(more))
                .toArray(String[]::new);
        return service.send("GET", path, headers);
    }

    /** {@code 403 forbidden}. */
    private static String summary(HttpResponse<String> answer) {
        assertThat(header(answer, "Content-Type").orElse("")).startsWith("application/problem+json");
        return answer.statusCode() + " " + answer.body().replaceFirst(".*\"type\":\"/problems/([a-z-]+)\".*", "$1");
    }
}
