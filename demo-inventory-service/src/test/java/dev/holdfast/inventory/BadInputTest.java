package dev.holdfast.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input has one clear answer each, and leaves nothing behind. */
class BadInputTest extends PostgresServiceTest {

    private static final UUID ORDER = UUID.randomUUID();

    private List<Object> before = List.of();

    @BeforeEach
    void look() {
        before = everything();
    }

    @AfterEach
    void nothingIsStored() {
        assertThat(everything()).isEqualTo(before);
    }

    private List<Object> everything() {
        return Stream.of("stock", "reservation", "restock")
                .<Object>map(table -> jdbc.sql("select * from " + table + " order by 1")
                        .query()
                        .listOfRows())
                .toList();
    }

    static Stream<Arguments> restocks() {
        return Stream.of(
                arguments("", "400 malformed-request"),
                arguments("null", "400 malformed-request"),
                arguments("[]", "400 malformed-request"),
                arguments("{", "400 malformed-request"),
                arguments("{\"quantity\":1}x", "400 malformed-request"),
                arguments("{\"quantity\":1,\"quantity\":2}", "400 malformed-request"),
                arguments("{\"quantity\":1,\"extra\":2}", "400 malformed-request"),
                arguments("{\"quantity\":NaN}", "400 malformed-request"),
                arguments("{\"quantity\":1," + " ".repeat(17_000) + "}", "413 body-too-large"),
                arguments("{}", "422 invalid-restock"),
                arguments("{\"quantity\":null}", "422 invalid-restock"),
                arguments("{\"quantity\":\"2\"}", "422 invalid-restock"),
                arguments("{\"quantity\":1.5}", "422 invalid-restock"),
                arguments("{\"quantity\":1.0}", "422 invalid-restock"),
                arguments("{\"quantity\":true}", "422 invalid-restock"),
                arguments("{\"quantity\":[1]}", "422 invalid-restock"),
                arguments("{\"quantity\":0}", "422 invalid-restock"),
                arguments("{\"quantity\":-1}", "422 invalid-restock"),
                arguments("{\"quantity\":1000001}", "422 invalid-restock"),
                arguments("{\"quantity\":4294967297}", "422 invalid-restock"),
                arguments("{\"quantity\":18446744073709551617}", "422 invalid-restock"),
                arguments("{\"quantity\":1e309}", "422 invalid-restock"));
    }

    @ParameterizedTest
    @MethodSource("restocks")
    void aBadRestockIsRefused(String body, String answer) {
        assertIsProblem(send("POST", "/stock/" + sku + "/restock", body), answer);
    }

    static Stream<Arguments> paths() {
        return Stream.of(
                arguments("POST", "/stock/" + "x".repeat(101) + "/restock", "422 invalid-restock"),
                arguments("POST", "/stock/%2e%2e/restock", "422 invalid-restock"),
                arguments("POST", "/stock/a%2Fb/restock", "400 malformed-request"),
                arguments("POST", "/stock/a;x=1/restock", "400 malformed-request"),
                arguments("POST", "/stock/a%20b/restock", "422 invalid-restock"),
                arguments("POST", "/stock/$%7Bjndi:ldap:%2f%2fx%7D/restock", "400 malformed-request"),
                arguments("POST", "/stock/$%7Bjndi:ldap:x%7D/restock", "422 invalid-restock"),
                arguments("POST", "/stock/%23%7BT(java.lang.Runtime)%7D/restock", "422 invalid-restock"),
                arguments("POST", "/stock/a'or'1'='1/restock", "422 invalid-restock"),
                arguments("POST", "/stock/a%00b/restock", "400 malformed-request"),
                arguments("POST", "/stock/caf%C3%A9/restock", "422 invalid-restock"),
                arguments("POST", "/stock//restock", "404 not-found"),
                arguments("GET", "/stock/nope", "404 not-found"),
                arguments("GET", "/stock/*", "404 not-found"),
                arguments("GET", "/stock", "404 not-found"),
                arguments("GET", "/actuator/health", "404 not-found"),
                arguments("DELETE", "/stock/a", "405 method-not-allowed"),
                arguments("GET", "/stock/a/restock", "405 method-not-allowed"),
                arguments("PUT", "/reservations/17", "400 malformed-request"),
                arguments("PUT", "/reservations/1-1-1-1-1", "400 malformed-request"),
                arguments("PUT", "/reservations/" + ORDER + "/cancellation", "400 malformed-request"),
                arguments("PUT", "/reservations/" + ORDER + "/cancellation?sku=a%20b", "422 invalid-order"),
                arguments("PUT", "/reservations/" + ORDER + "/nope", "404 not-found"),
                arguments("GET", "/reservations/" + ORDER, "405 method-not-allowed"));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aBadPathIsRefused(String method, String path, String answer) {
        String body = path.startsWith("/stock") && method.equals("POST") ? "{\"quantity\":1}" : "";
        assertIsProblem(send(method, path, body, "Fencing-Token", "1"), answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"sku\":\"a\"}",
                "{\"quantity\":1}",
                "{\"sku\":7,\"quantity\":1}",
                "{\"sku\":\"..\",\"quantity\":1}",
                "{\"sku\":\"a/b\",\"quantity\":1}",
                "{\"sku\":\"a\",\"quantity\":0}",
                "{\"sku\":\"a\",\"quantity\":1001}",
                "{\"sku\":\"a\",\"quantity\":\"1\"}"
            })
    void aBadReservationIsRefused(String body) {
        assertIsProblem(send("PUT", "/reservations/" + ORDER, body, "Fencing-Token", "1"), "422 invalid-order");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "01", "1.0", "1e3", "abc", "9007199254740992", "12345678901234567"})
    void aStepWithoutATokenIsRefused(String token) {
        String body = "{\"sku\":\"a\",\"quantity\":1}";
        for (String step : List.of("", "/confirmation", "/cancellation?sku=a")) {
            assertIsProblem(
                    send("PUT", "/reservations/" + ORDER + step, body, "Fencing-Token", token),
                    "400 malformed-request");
            assertIsProblem(send("PUT", "/reservations/" + ORDER + step, body), "400 malformed-request");
        }
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                arguments("Content-Type", "text/plain", "415 unsupported-media-type"),
                arguments("Content-Type", "nonsense", "415 unsupported-media-type"),
                arguments("Content-Type", "multipart/form-data", "415 unsupported-media-type"),
                arguments("Accept", "text/html", "406 not-acceptable"),
                arguments("Idempotency-Key", "", "400 malformed-request"),
                arguments("Idempotency-Key", "x".repeat(129), "400 malformed-request"),
                arguments("Idempotency-Key", "a\tb", "400 malformed-request"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aBadHeaderIsRefused(String name, String value, String answer) {
        assertIsProblem(restock(1, name, value), answer);
    }

    @Test
    void aMalformedFormIsRefusedAsAnyOtherBody() {
        for (String method : List.of("PUT", "DELETE")) {
            Answer refused = send(method, "/stock/a", "%zz", "Content-Type", "application/x-www-form-urlencoded");
            assertIsProblem(refused, "405 method-not-allowed");
        }
    }

    private static void assertIsProblem(Answer refused, String answer) {
        assertThat(refused.summary()).isEqualTo(answer);
        assertThat(refused.header("Content-Type")).startsWith("application/problem+json");
        assertThat(refused.json().path("status").asInt()).isEqualTo(refused.status());
        assertThat(refused.json().has("retryable")).isTrue();
        assertThat(refused.json().path("detail").asString())
                .isNotBlank()
                .doesNotContain("Exception", "jackson", "java.", "sql");
    }
}
