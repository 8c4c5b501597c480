package dev.holdfast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.testing.issuer.BadToken;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {

    private static final TestGateway GATEWAY = TestGateway.shared();
    private static final Backend LOCKS = new Backend("locks");
    private static final Backend ORDERS = new Backend("orders");
    private static final Backend STOCK = new Backend("stock");

    private static final List<String> ROUTES = List.of(
            "GET /v1/namespaces/a/locks",
            "PUT /v1/namespaces/a/leases/1",
            "DELETE /v1/namespaces/a/leases/1",
            "GET /v1/namespaces/a/events",
            "GET /orders",
            "POST /orders",
            "GET /stock/sku-1",
            "POST /stock/sku-1/restock");

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void thereAreServices() throws Exception {
        GATEWAY.register("lock-service", LOCKS.port());
        GATEWAY.register("demo-order-service", ORDERS.port());
        GATEWAY.register("demo-inventory-service", STOCK.port());
    }

    @AfterAll
    static void theyLeave() throws Exception {
        GATEWAY.deregisterAll();
        List.of(LOCKS, ORDERS, STOCK).forEach(Backend::close);
    }

    @Test
    void aTokenOpensEveryRoute() throws Exception {
        for (String route : ROUTES) {
            assertThat(send(route, GATEWAY.bearer()).statusCode()).as(route).isEqualTo(200);
        }
    }

    @Test
    void withoutATokenNothingPasses() throws Exception {
        for (String route : ROUTES) {
            HttpResponse<String> answer = send(route, null);
            assertUnauthenticated(route, answer);
            assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        }
    }

    @ParameterizedTest
    @EnumSource
    void withABadTokenNothingPasses(BadToken bad) throws Exception {
        int before = seen();
        for (String route : ROUTES) {
            HttpResponse<String> answer = send(route, "Bearer " + bad.of(GATEWAY.token()));
            assertUnauthenticated(route, answer);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
                    .startsWith("Bearer error=\"invalid_token\"");
        }
        assertThat(seen()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nope", "/reservations/1", "/actuator/env", "/docs-of-others", "/problemsandmore"})
    void whatIsNotThereIsHiddenFromWhoHasNoToken(String path) throws Exception {
        assertUnauthenticated(path, send("GET " + path, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/problems", "/problems/lock-held", "/docs", "/docs/swagger-ui-bundle.js", "/openapi.json"})
    void everyoneMayReadWhatTellsAboutTheSuite(String path) throws Exception {
        assertThat(send("GET " + path, null).statusCode()).isEqualTo(200);
        assertThat(send("HEAD " + path, null).statusCode()).isEqualTo(200);
        assertUnauthenticated(path, send("DELETE " + path, null));
    }

    @Test
    void everyoneMayAskTheIssuerForAToken() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(GATEWAY.uri("/oauth2/token"))
                .header("Authorization", "Basic ZGVtbzpzZWNyZXQ=")
                .POST(BodyPublishers.ofString("grant_type=client_credentials"))
                .build();

        assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("issuer");
        assertThat(GATEWAY.tokenEndpoint().seen()).contains("POST /token");
        assertUnauthenticated("GET", send("GET /oauth2/token", null));
    }

    private static int seen() {
        return LOCKS.seen().size() + ORDERS.seen().size() + STOCK.seen().size();
    }

    private static void assertUnauthenticated(String what, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(what).isEqualTo(401);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains(ProblemKind.UNAUTHENTICATED.type());
    }

    private HttpResponse<String> send(String route, @Nullable String authorization) throws Exception {
        String[] parts = route.split(" ", 2);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(GATEWAY.uri(parts[1])).method(parts[0], BodyPublishers.noBody());
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
