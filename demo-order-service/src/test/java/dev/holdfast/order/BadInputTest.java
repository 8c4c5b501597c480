package dev.holdfast.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input has one clear answer each, and leaves nothing behind. */
class BadInputTest extends ServiceTest {

    private static final String GOOD = "{\"sku\":\"a\",\"quantity\":1}";

    private static final String A_UUID = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736";

    private List<Long> before = List.of();

    @BeforeEach
    void look() {
        before = rows();
    }

    @AfterEach
    void nothingIsStored() {
        assertThat(rows()).isEqualTo(before);
        assertThat(INVENTORY.counts(sku)).isEqualTo("10/0");
    }

    private static List<Long> rows() {
        return Stream.of("orders", "order_step", "payment")
                .map(table -> ONE.jdbc()
                        .sql("select count(*) from " + table)
                        .query(Long.class)
                        .single())
                .toList();
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                arguments("", "400 malformed-request"),
                arguments("null", "400 malformed-request"),
                arguments("[]", "400 malformed-request"),
                arguments("{", "400 malformed-request"),
                arguments("not json", "400 malformed-request"),
                arguments(GOOD + "x", "400 malformed-request"),
                arguments(GOOD + GOOD, "400 malformed-request"),
                arguments("{\"sku\":\"a\",\"quantity\":1,\"quantity\":2}", "400 malformed-request"),
                arguments("{\"sku\":\"a\",\"quantity\":1,\"extra\":1}", "400 malformed-request"),
                arguments("{\"sku\":\"a\",\"quantity\":NaN}", "400 malformed-request"),
                arguments("{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}", "400 malformed-request"),
                arguments("{\"sku\":\"" + "x".repeat(17_000) + "\"}", "413 body-too-large"),
                // quantity
                arguments("{\"sku\":\"a\"}", "422 invalid-order"),
                arguments(of("null"), "422 invalid-order"),
                arguments(of("0"), "422 invalid-order"),
                arguments(of("-1"), "422 invalid-order"),
                arguments(of("1001"), "422 invalid-order"),
                arguments(of("1.5"), "422 invalid-order"),
                arguments(of("1.0"), "422 invalid-order"),
                arguments(of("1e2"), "422 invalid-order"),
                arguments(of("\"2\""), "422 invalid-order"),
                arguments(of("true"), "422 invalid-order"),
                arguments(of("[1]"), "422 invalid-order"),
                arguments(of("{}"), "422 invalid-order"),
                arguments(of("4294967297"), "422 invalid-order"),
                arguments(of("9223372036854775808"), "422 invalid-order"),
                arguments(of("1" + "0".repeat(900)), "422 invalid-order"),
                arguments(of("1e309"), "422 invalid-order"),
                // SKU
                arguments("{\"quantity\":1}", "422 invalid-order"),
                arguments(named("null"), "422 invalid-order"),
                arguments(named("7"), "422 invalid-order"),
                arguments(named("\"\""), "422 invalid-order"),
                arguments(named("\"" + "x".repeat(101) + "\""), "422 invalid-order"),
                arguments(named("\".\""), "422 invalid-order"),
                arguments(named("\"..\""), "422 invalid-order"),
                arguments(named("\"../../actuator\""), "422 invalid-order"),
                arguments(named("\"a/b\""), "422 invalid-order"),
                arguments(named("\"a%2Fb\""), "422 invalid-order"),
                arguments(named("\"a b\""), "422 invalid-order"),
                arguments(named("\"a\\nb\""), "422 invalid-order"),
                arguments(named("\"a\\n\""), "422 invalid-order"),
                arguments(named("\"a\\u0000\""), "422 invalid-order"),
                arguments(named("\"caf\\u00e9\""), "422 invalid-order"),
                arguments(named("\"${jndi:ldap://x/a}\""), "422 invalid-order"),
                arguments(named("\"#{T(java.lang.Runtime).getRuntime()}\""), "422 invalid-order"),
                arguments(named("\"'; drop table orders; --\""), "422 invalid-order"),
                arguments(named("\"nobody-stocked-this\""), "422 unknown-sku"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aBadBodyIsRefused(String body, String answer) {
        assertIsProblem(send(post(ONE, body)), answer);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                arguments("Idempotency-Key", "", "400 malformed-request"),
                arguments("Idempotency-Key", "x".repeat(129), "400 malformed-request"),
                arguments("Idempotency-Key", "a\tb", "400 malformed-request"),
                arguments("Content-Type", "text/plain", "415 unsupported-media-type"),
                arguments("Content-Type", "nonsense", "415 unsupported-media-type"),
                arguments("Content-Type", "multipart/form-data", "415 unsupported-media-type"),
                arguments("Content-Type", "application/x-www-form-urlencoded", "415 unsupported-media-type"),
                arguments("Accept", "text/html", "406 not-acceptable"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aBadHeaderIsRefused(String name, String value, String answer) {
        Answer refused = send(post(ONE, "{\"sku\":\"" + sku + "\",\"quantity\":1}", name, value));
        assertIsProblem(refused, answer);
    }

    @Test
    void anOrderNeedsOneKey() {
        HttpRequest.Builder request = HttpRequest.newBuilder(ONE.uri("/orders"))
                .header("Authorization", EVERYTHING.bearer())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"sku\":\"" + sku + "\",\"quantity\":1}"));

        assertIsProblem(send(request.build()), "400 malformed-request");
        request.header("Idempotency-Key", "a").header("Idempotency-Key", "b");
        assertIsProblem(send(request.build()), "400 malformed-request");
    }

    static Stream<Arguments> paths() {
        return Stream.of(
                arguments("POST", "/orders;x=1", "400 malformed-request"),
                arguments("POST", "/orders/", "404 not-found"),
                arguments("POST", "//orders", "404 not-found"),
                arguments("POST", "/orders%2F", "400 malformed-request"),
                arguments("POST", "/orders/..%2f", "400 malformed-request"),
                arguments("POST", "/nope", "404 not-found"),
                arguments("GET", "/orders?state=", "400 malformed-request"),
                arguments("GET", "/orders?state=pending", "400 malformed-request"),
                arguments("GET", "/orders?state=NONE", "400 malformed-request"),
                arguments("GET", "/orders?state=PENDING&state=PENDING", "400 malformed-request"),
                arguments("GET", "/orders?status=PENDING", "400 malformed-request"),
                arguments("GET", "/orders?cursor=", "400 malformed-request"),
                arguments("GET", "/orders?cursor=1", "400 malformed-request"),
                arguments("GET", "/orders?cursor=-1_" + A_UUID, "400 malformed-request"),
                arguments("GET", "/orders?cursor=99999999999999999_" + A_UUID, "400 malformed-request"),
                arguments("GET", "/orders?cursor=1_" + A_UUID + "x", "400 malformed-request"),
                arguments("GET", "/orders?cursor=1'%20or%20'1'='1", "400 malformed-request"),
                arguments("PUT", "/orders", "405 method-not-allowed"),
                arguments("DELETE", "/orders", "405 method-not-allowed"),
                arguments("POST", "/orders/a", "405 method-not-allowed"),
                arguments("POST", "/actuator/shutdown", "403 forbidden"));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aBadPathIsRefused(String method, String path, String answer) {
        HttpRequest request = HttpRequest.newBuilder(ONE.uri(path))
                .header("Authorization", EVERYTHING.bearer())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .method(method, BodyPublishers.ofString("{\"sku\":\"" + sku + "\",\"quantity\":1}"))
                .build();
        assertIsProblem(send(request), answer);
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

    private static String of(String quantity) {
        return "{\"sku\":\"a\",\"quantity\":" + quantity + "}";
    }

    private static String named(String sku) {
        return "{\"sku\":" + sku + ",\"quantity\":1}";
    }
}
