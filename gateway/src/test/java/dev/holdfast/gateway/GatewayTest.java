package dev.holdfast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.api.ProblemType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestGateway gateway = TestGateway.shared();
    private final List<Backend> backends = new ArrayList<>();

    @AfterEach
    void everyBackendLeaves() throws Exception {
        gateway.deregisterAll();
        backends.forEach(Backend::close);
    }

    @Test
    void requestsGoToTheInstancesInTurn() throws Exception {
        given("a");
        given("b");
        assertThat(List.of(who(), who(), who(), who())).containsExactlyInAnyOrder("a", "b", "a", "b");
    }

    @Test
    void aStreamMayBeQuietForLongerThanAnAnswerMayTake() throws Exception {
        given("a");

        assertThat(get("/v1/namespaces/orders/events").body()).contains("first").endsWith("a");
    }

    @Test
    void eachServiceHasItsPathsAndReservationsAreNotPublic() throws Exception {
        given("lock", "lock-service");
        given("order", "demo-order-service");
        given("inventory", "demo-inventory-service");

        assertThat(get("/v1/who").body()).isEqualTo("lock");
        assertThat(get("/orders").body()).isEqualTo("order");
        assertThat(get("/orders/1").body()).isEqualTo("order");
        assertThat(get("/stock/sku-1").body()).isEqualTo("inventory");
        assertThat(get("/reservations/1").statusCode()).isEqualTo(404);
    }

    @Test
    void aProblemOfTheLockServicePassesUnchanged() throws Exception {
        given("a");

        HttpResponse<String> answer = send("PUT", "/v1/held");

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).isEqualTo(Backend.PROBLEM);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).contains("7");
    }

    @Test
    void whatAClientOnlyClaimsDoesNotReachTheService() throws Exception {
        given("a");
        HttpRequest request = request(gateway.uri("/v1/headers"))
                .header("X-Forwarded-For", "10.0.0.1")
                .header("X-Forwarded-Prefix", "/x")
                .header("Forwarded", "for=10.0.0.1")
                .header("X-User", "somebody-else")
                .header("x-internal-caller", "order-service")
                .header("X-Other", "kept")
                .build();

        assertThat(client.send(request, BodyHandlers.ofString()).body())
                .containsIgnoringCase("x-other")
                .doesNotContainIgnoringCase("forwarded")
                .doesNotContainIgnoringCase("x-user")
                .doesNotContainIgnoringCase("x-internal");
    }

    @Test
    void everyAnswerTellsBrowsersToMakeNothingElseOfIt() throws Exception {
        given("a");

        for (String path : List.of("/v1/who", "/v1/held", "/problems/lock-held", "/nope")) {
            HttpHeaders headers = get(path).headers();
            assertThat(headers.allValues("X-Content-Type-Options")).containsExactly("nosniff");
            assertThat(headers.allValues("X-Frame-Options")).containsExactly("DENY");
            assertThat(headers.allValues("Referrer-Policy")).containsExactly("no-referrer");
            assertThat(headers.allValues("Content-Security-Policy"))
                    .singleElement()
                    .asString()
                    .startsWith("default-src 'none'");
            // Over plain HTTP it would be ignored, and a development machine locked out once it is not.
            assertThat(headers.firstValue("Strict-Transport-Security")).isEmpty();
        }
    }

    @Test
    void aPageFromElsewhereMayNotCall() throws Exception {
        given("a");
        HttpRequest.Builder request = request(gateway.uri("/v1/who"))
                .header("Access-Control-Request-Method", "PUT")
                .header("Origin", "https://elsewhere.example");

        for (String method : List.of("OPTIONS", "GET")) {
            HttpResponse<String> answer =
                    client.send(request.method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(method.equals("GET") ? 200 : 405);
            assertThat(answer.headers().map().keySet())
                    .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
        }
    }

    @Test
    void withoutAnInstanceTheAnswerIsUnavailable() throws Exception {
        assertUnavailable(get("/v1/who"));
    }

    @Test
    void anInstanceThatIsDeadButStillListedIsUnavailable() throws Exception {
        given("a").close();

        assertUnavailable(get("/v1/who"));
    }

    @Test
    void anInstanceThatBreaksOffIsUnavailable() throws Exception {
        given("a");

        assertUnavailable(get("/v1/reset"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nope",
                "/actuator/health",
                "/actuator/prometheus",
                "//actuator",
                "//actuator/env",
                "/%61ctuator/health",
                "/./actuator",
                "/problems/nope",
                "/problems/../actuator",
                "/$%7Bjndi:ldap://x%7D"
            })
    void whatIsNotARouteIsNotFound(String path) throws Exception {
        String answer = sendRaw("GET", path);

        assertThat(answer)
                .startsWith("HTTP/1.1 404 ")
                .contains("application/problem+json")
                .contains(ProblemKind.NOT_FOUND.type());
    }

    /** There is nothing behind them either: the Actuator has a port of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"/actuator", "/actuator;/env", "/%61ctuator", "/actuator/env", "/actuator/gateway/routes"})
    void noTokenOfACallerIsForTheActuator(String path) throws Exception {
        assertThat(sendRaw("GET", path)).startsWith("HTTP/1.1 403 ").contains(ProblemKind.FORBIDDEN.type());
    }

    /** Such a path is the lock service's affair, as it stands; none is there. */
    @ParameterizedTest
    @ValueSource(strings = {"/v1/../actuator/health", "/v1/..;/actuator", "/v1/%2e%2e/actuator"})
    void aPathBelowTheApiThatClimbsOutOfItReachesNothingOfTheGateway(String path) throws Exception {
        assertThat(sendRaw("GET", path)).startsWith("HTTP/1.1 503 ").contains(ProblemKind.SERVICE_UNAVAILABLE.type());
    }

    @Test
    void aPathThatIsNotOneIsRefused() throws Exception {
        assertThat(sendRaw("GET", "/${jndi:ldap://x}")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void theManagementPortShowsHealthAndMetricsAndNoRoutes() throws Exception {
        assertThat(get(gateway.management("/actuator/health/readiness")).body()).contains("\"UP\"");
        assertThat(get(gateway.management("/actuator/prometheus")).statusCode()).isEqualTo(200);
        assertThat(get(gateway.management("/actuator/gateway/routes")).statusCode())
                .isEqualTo(403);
        assertThat(get(gateway.management("/actuator/env")).statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    */*                                       | application/json
                    application/json                          | application/json
                    application/json, text/html;q=0.9         | application/json
                    text/html                                 | text/html
                    text/html,application/xml;q=0.9,*/*;q=0.8 | text/html
                    """)
    void aProblemPageIsHtmlOnlyForThoseWhoPreferIt(String accept, String type) throws Exception {
        for (String path : List.of("/problems", "/problems/lock-held")) {
            HttpRequest request =
                    request(gateway.uri(path)).header("Accept", accept).build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());

            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(type);
            assertThat(answer.body()).contains("/problems/lock-held", ProblemKind.LOCK_HELD.title());
        }
    }

    @Test
    void everyKindOfProblemHasItsPage() throws Exception {
        for (ProblemType kind : ProblemPages.kinds().toList()) {
            assertThat(get(kind.type()).body()).contains("\"status\":" + kind.status(), "\"remedy\"", "\"meaning\"");
            assertThat(get("/problems").body()).contains(kind.type());
        }
    }

    /** A backend that the gateway knows. */
    private Backend given(String name) throws Exception {
        return given(name, "lock-service");
    }

    private Backend given(String name, String service) throws Exception {
        Backend backend = new Backend(name);
        backends.add(backend);
        gateway.register(service, backend.port());
        return backend;
    }

    private static void assertUnavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).contains(ProblemKind.SERVICE_UNAVAILABLE.type());
    }

    private String who() throws Exception {
        return get("/v1/who").body();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return get(gateway.uri(path));
    }

    private HttpResponse<String> get(URI uri) throws Exception {
        return client.send(request(uri).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        HttpRequest request = request(gateway.uri(path))
                .method(method, BodyPublishers.noBody())
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).header("Authorization", gateway.bearer());
    }

    /** Sends the path as it stands, which no client library does. */
    private String sendRaw(String method, String path) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            return connection
                    .write(method + " " + path + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: "
                            + gateway.bearer() + "\r\n\r\n")
                    .answer();
        }
    }
}
