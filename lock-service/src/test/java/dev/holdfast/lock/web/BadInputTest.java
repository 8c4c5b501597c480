package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** Bad input has one clear answer each, and leaves nothing behind. */
class BadInputTest extends RedisServiceTest {
    private static final String GOOD = body("a", "PT30S");
    private static final String ID = "3f8f6f0e-5d0b-4f52-9d59-7c5a3a0f1b11";

    @Autowired
    private RedisConnectionFactory redis;

    /** Other tests share this Redis and have namespaces of their own. */
    @AfterEach
    void nothingIsStored() {
        try (RedisConnection connection = redis.getConnection()) {
            Stream<byte[]> keys = connection.keyCommands().keys("hf:{*".getBytes(StandardCharsets.UTF_8)).stream();
            Stream<byte[]> listed =
                    connection.setCommands().sMembers("hf:namespaces".getBytes(StandardCharsets.UTF_8)).stream();
            assertThat(Stream.concat(keys, listed).map(key -> new String(key, StandardCharsets.UTF_8)))
                    .noneMatch(key -> key.contains(namespace))
                    .allMatch(key -> key.contains("n-") || key.contains("fuzz-"));
        }
    }

    static Stream<Arguments> bodies() {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);
        return Stream.of(
                // not what a body must be
                arguments("", "400 malformed-request"),
                arguments("null", "400 malformed-request"),
                arguments("[]", "400 malformed-request"),
                arguments("{", "400 malformed-request"),
                arguments("not json", "400 malformed-request"),
                arguments(GOOD + "x", "400 malformed-request"),
                arguments(GOOD + GOOD, "400 malformed-request"),
                arguments("{\"locks\":[{\"name\":\"a\"}],\"ttl\":\"PT30S\",\"ttl\":\"PT1S\"}", "400 malformed-request"),
                arguments("{\"locks\":[{\"name\":\"a\",\"name\":\"b\"}],\"ttl\":\"PT30S\"}", "400 malformed-request"),
                arguments("{\"locks\":[{\"name\":\"a\"}],\"ttl\":\"PT30S\",\"extra\":1}", "400 malformed-request"),
                arguments("{\"locks\":[{\"name\":\"a\",\"units\":2}],\"ttl\":\"PT30S\"}", "400 malformed-request"),
                arguments("{\"metadata\":" + deep + "}", "413 body-too-large"),
                arguments("{\"metadata\":{\"a\":" + deep.substring(9_000, 11_000) + "}}", "400 malformed-request"),
                arguments("{\"owner\":\"" + "x".repeat(20_000) + "\"}", "413 body-too-large"),
                // locks
                arguments("{\"ttl\":\"PT30S\"}", "422 invalid-locks"),
                arguments("{\"locks\":null,\"ttl\":\"PT30S\"}", "422 invalid-locks"),
                arguments("{\"locks\":\"a\",\"ttl\":\"PT30S\"}", "422 invalid-locks"),
                arguments("{\"locks\":[],\"ttl\":\"PT30S\"}", "422 invalid-locks"),
                arguments("{\"locks\":[\"a\"],\"ttl\":\"PT30S\"}", "422 invalid-locks"),
                arguments("{\"locks\":[{\"name\":\"a\"},{\"name\":\"a\"}],\"ttl\":\"PT30S\"}", "422 invalid-locks"),
                arguments(locks(33), "422 invalid-locks"),
                arguments("{\"locks\":[{}],\"ttl\":\"PT30S\"}", "422 invalid-lock-name"),
                arguments("{\"locks\":[{\"name\":7}],\"ttl\":\"PT30S\"}", "422 invalid-lock-name"),
                arguments("{\"locks\":[{\"name\":null}],\"ttl\":\"PT30S\"}", "422 invalid-lock-name"),
                // modes and permits
                arguments(used("\"mode\":null"), "422 invalid-mode"),
                arguments(used("\"mode\":7"), "422 invalid-mode"),
                arguments(used("\"mode\":\"\""), "422 invalid-mode"),
                arguments(used("\"mode\":\"Shared\""), "422 invalid-mode"),
                arguments(used("\"mode\":\"${jndi:ldap://x/a}\""), "422 invalid-mode"),
                arguments(used("\"mode\":[\"shared\"]"), "422 invalid-mode"),
                arguments(used("\"permits\":2,\"of\":10"), "422 invalid-permits"),
                arguments(used("\"mode\":\"shared\",\"permits\":1"), "422 invalid-permits"),
                arguments(used("\"mode\":\"exclusive\",\"of\":1"), "422 invalid-permits"),
                arguments(used("\"mode\":\"permits\""), "422 invalid-permits"),
                arguments(used("\"mode\":\"permits\",\"permits\":1"), "422 invalid-permits"),
                arguments(used("\"mode\":\"permits\",\"of\":1"), "422 invalid-permits"),
                arguments(permits("0", "10"), "422 invalid-permits"),
                arguments(permits("-1", "10"), "422 invalid-permits"),
                arguments(permits("11", "10"), "422 invalid-permits"),
                arguments(permits("1", "0"), "422 invalid-permits"),
                arguments(permits("1", "1000001"), "422 invalid-permits"),
                arguments(permits("1.5", "10"), "422 invalid-permits"),
                arguments(permits("1.0", "10"), "422 invalid-permits"),
                arguments(permits("1e0", "10"), "422 invalid-permits"),
                arguments(permits("\"1\"", "10"), "422 invalid-permits"),
                arguments(permits("null", "10"), "422 invalid-permits"),
                arguments(permits("1", "null"), "422 invalid-permits"),
                arguments(permits("1", "4294967297"), "422 invalid-permits"),
                arguments(permits("4294967297", "10"), "422 invalid-permits"),
                arguments(permits("1", "9223372036854775808"), "422 invalid-permits"),
                arguments(permits("1", "1e309"), "422 invalid-permits"),
                arguments(permits("NaN", "10"), "400 malformed-request"),
                // lock names
                arguments(named(""), "422 invalid-lock-name"),
                arguments(named("x".repeat(201)), "422 invalid-lock-name"),
                arguments(named("a\\u0000b"), "422 invalid-lock-name"),
                arguments(named("a\\r\\nb"), "422 invalid-lock-name"),
                arguments(named("."), "422 invalid-lock-name"),
                arguments(named(".."), "422 invalid-lock-name"),
                arguments(named("%2e%2e"), "422 invalid-lock-name"),
                arguments(named("a/b"), "422 invalid-lock-name"),
                arguments(named("a%2Fb"), "422 invalid-lock-name"),
                arguments(named("a;x=1"), "422 invalid-lock-name"),
                arguments(named("*"), "422 invalid-lock-name"),
                arguments(named("{a}{b}"), "422 invalid-lock-name"),
                arguments(named("a\\u202Eb"), "422 invalid-lock-name"),
                arguments(named("a\\u200Bb"), "422 invalid-lock-name"),
                arguments(named("caf\\u00E9"), "422 invalid-lock-name"),
                arguments(named("cafe\\u0301"), "422 invalid-lock-name"),
                arguments(named("\\uD800"), "422 invalid-lock-name"),
                arguments(named("other/ns:lock"), "422 invalid-lock-name"),
                arguments(named("hf:{other}:lock:a"), "422 invalid-lock-name"),
                arguments(named("${jndi:ldap://x/a}"), "422 invalid-lock-name"),
                arguments(named("#{T(java.lang.Runtime).getRuntime()}"), "422 invalid-lock-name"),
                // ttl
                arguments("{\"locks\":[{\"name\":\"a\"}]}", "422 invalid-ttl"),
                arguments(lasting("null"), "422 invalid-ttl"),
                arguments(lasting("0"), "422 invalid-ttl"),
                arguments(lasting("30"), "422 invalid-ttl"),
                arguments(lasting("-1"), "422 invalid-ttl"),
                arguments(lasting("9223372036854775808"), "422 invalid-ttl"),
                arguments(lasting("1e309"), "422 invalid-ttl"),
                arguments(lasting("NaN"), "400 malformed-request"),
                arguments(lasting("\"\""), "422 invalid-ttl"),
                arguments(lasting("\"30\""), "422 invalid-ttl"),
                arguments(lasting("\"NaN\""), "422 invalid-ttl"),
                arguments(lasting("\"PT0S\""), "422 invalid-ttl"),
                arguments(lasting("\"PT0.099S\""), "422 invalid-ttl"),
                arguments(lasting("\"PT-30S\""), "422 invalid-ttl"),
                arguments(lasting("\"PT9223372036854775808S\""), "422 invalid-ttl"),
                arguments(lasting("\"PT9223372036854775807S\""), "422 invalid-ttl"),
                arguments(lasting("\"P1Y\""), "422 invalid-ttl"),
                arguments(lasting("\"P365D\""), "422 invalid-ttl"),
                arguments(lasting("\"PT24H0.001S\""), "422 invalid-ttl"),
                // owner
                arguments(owned("7"), "422 invalid-owner"),
                arguments(owned("null"), "422 invalid-owner"),
                arguments(owned("\"\""), "422 invalid-owner"),
                arguments(owned("\"  \""), "422 invalid-owner"),
                arguments(owned("\"" + "x".repeat(129) + "\""), "422 invalid-owner"),
                arguments(owned("\"a\\nb\""), "422 invalid-owner"),
                arguments(owned("\"a\\u0000\""), "422 invalid-owner"),
                arguments(owned("\"a\\u202Eb\""), "422 invalid-owner"),
                arguments(owned("\"a\\u200Bb\""), "422 invalid-owner"),
                arguments(owned("\"\\uD800\""), "422 invalid-owner"),
                // metadata
                arguments(described("null"), "422 invalid-metadata"),
                arguments(described("[]"), "422 invalid-metadata"),
                arguments(described("\"text\""), "422 invalid-metadata"),
                arguments(described("{\"a\":\"" + "x".repeat(2_100) + "\"}"), "422 invalid-metadata"),
                arguments(described("{\"a\":\"\\uD800\"}"), "422 invalid-metadata"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aBadBodyIsRefused(String body, String answer) {
        Answer refused = put(ID, body);
        assertThat(refused.summary()).isEqualTo(answer);
        assertIsProblem(refused);
    }

    static Stream<Arguments> breaks() {
        return Stream.of(
                arguments("", "400 malformed-request"),
                arguments("[]", "400 malformed-request"),
                arguments("{}", "422 invalid-grace"),
                arguments("{\"grace\":\"PT1S\",\"reason\":\"x\",\"extra\":1}", "400 malformed-request"),
                arguments("{\"grace\":\"PT1S\",\"grace\":\"PT2S\",\"reason\":\"x\"}", "400 malformed-request"),
                arguments(breaking("null", "\"x\""), "422 invalid-grace"),
                arguments(breaking("0", "\"x\""), "422 invalid-grace"),
                arguments(breaking("\"\"", "\"x\""), "422 invalid-grace"),
                arguments(breaking("\"soon\"", "\"x\""), "422 invalid-grace"),
                arguments(breaking("\"PT-1S\"", "\"x\""), "422 invalid-grace"),
                arguments(breaking("\"PT1H0.001S\"", "\"x\""), "422 invalid-grace"),
                arguments(breaking("\"P365D\"", "\"x\""), "422 invalid-grace"),
                arguments(breaking("\"PT9223372036854775807S\"", "\"x\""), "422 invalid-grace"),
                arguments(breaking("\"PT9223372036854775808S\"", "\"x\""), "422 invalid-grace"),
                arguments(breaking("1e309", "\"x\""), "422 invalid-grace"),
                arguments("{\"grace\":\"PT1S\"}", "422 invalid-reason"),
                arguments(breaking("\"PT1S\"", "null"), "422 invalid-reason"),
                arguments(breaking("\"PT1S\"", "7"), "422 invalid-reason"),
                arguments(breaking("\"PT1S\"", "\" \""), "422 invalid-reason"),
                arguments(breaking("\"PT1S\"", "\"" + "x".repeat(201) + "\""), "422 invalid-reason"),
                arguments(breaking("\"PT1S\"", "\"a\\nINFO forged\""), "422 invalid-reason"),
                arguments(breaking("\"PT1S\"", "\"a\\u202Eb\""), "422 invalid-reason"),
                arguments(breaking("\"PT1S\"", "\"${jndi:ldap://x/a}\""), "404 not-found"));
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void aBadWishToBreakIsRefused(String body, String answer) {
        Answer refused = post(lockPath("a") + "/break", body);
        assertThat(refused.summary()).isEqualTo(answer);
        assertIsProblem(refused);
    }

    static Stream<Arguments> paths() {
        return Stream.of(
                arguments("PUT", "/v1/namespaces/UPPER/leases/" + ID, "422 invalid-namespace"),
                arguments("PUT", "/v1/namespaces/-a/leases/" + ID, "422 invalid-namespace"),
                arguments("PUT", "/v1/namespaces/" + "a".repeat(64) + "/leases/" + ID, "422 invalid-namespace"),
                arguments("PUT", "/v1/namespaces/%7Ba%7D/leases/" + ID, "422 invalid-namespace"),
                arguments("PUT", "/v1/namespaces/a%00b/leases/" + ID, "422 invalid-namespace"),
                arguments("PUT", "/v1/namespaces/a%0D%0Ab/leases/" + ID, "422 invalid-namespace"),
                arguments("PUT", "/v1/namespaces/a%2Fb/leases/" + ID, "422 invalid-namespace"),
                arguments("PUT", "/v1/namespaces/%2e%2e/leases/" + ID, "422 invalid-namespace"),
                arguments("PUT", "/v1/namespaces/a;x=1/leases/" + ID, "400 malformed-request"),
                arguments("PUT", "/v1/namespaces/a/leases/" + ID + ";x=1", "400 malformed-request"),
                arguments("PUT", "/v1/namespaces//leases/" + ID, "404 not-found"),
                arguments("PUT", "/v1/namespaces/a/leases/", "404 not-found"),
                arguments("PUT", "/v1/namespaces/a/leases/17", "422 invalid-lease-id"),
                arguments("PUT", "/v1/namespaces/a/leases/1-1-1-1-1", "422 invalid-lease-id"),
                arguments("PUT", "/v1/namespaces/a/leases/%7B" + ID + "%7D", "422 invalid-lease-id"),
                arguments("PUT", "/v1/namespaces/a/leases/" + ID + "0", "422 invalid-lease-id"),
                arguments("DELETE", "/v1/namespaces/a/leases/17", "422 invalid-lease-id"),
                arguments("GET", "/v1/namespaces/a/leases/17", "422 invalid-lease-id"),
                arguments("GET", "/v1/namespaces/A/locks", "422 invalid-namespace"),
                arguments("GET", "/v1/namespaces/a/locks/%2e%2e", "422 invalid-lock-name"),
                arguments("GET", "/v1/namespaces/a/locks/%2E", "422 invalid-lock-name"),
                arguments("GET", "/v1/namespaces/a/locks/a%2Fb", "422 invalid-lock-name"),
                arguments("GET", "/v1/namespaces/a/locks/" + "x".repeat(201), "422 invalid-lock-name"),
                arguments("GET", "/v1/namespaces/a/locks/*", "422 invalid-lock-name"),
                arguments("GET", "/v1/namespaces/a/locks?prefix=*", "422 invalid-page"),
                arguments("GET", "/v1/namespaces/a/locks?cursor=%00", "422 invalid-page"),
                arguments("GET", "/v1/namespaces/a/locks?prefix=b&cursor=a", "422 invalid-page"),
                arguments("GET", "/v1/namespaces/A/events", "422 invalid-namespace"),
                arguments("GET", "/v1/namespaces/a;x=1/events", "400 malformed-request"),
                arguments("GET", "/v1/namespaces/a/events/", "404 not-found"),
                arguments("GET", "/v1/namespaces/a/events?prefix=*", "422 invalid-page"),
                arguments("GET", "/v1/namespaces/a/events?prefix=%00", "422 invalid-page"),
                arguments("GET", "/v1/namespaces/a/events?prefix=a%0D%0Ab", "422 invalid-page"),
                arguments("GET", "/v1/namespaces/a/events?prefix=" + "x".repeat(201), "422 invalid-page"),
                arguments("GET", "/v1/namespaces/a/events?prefix=a&prefix=b", "422 invalid-page"),
                arguments("POST", "/v1/namespaces/a/events", "405 method-not-allowed"),
                arguments("DELETE", "/v1/namespaces/a/events", "405 method-not-allowed"),
                arguments("POST", "/v1/namespaces/a/leases/" + ID, "405 method-not-allowed"),
                arguments("PATCH", "/v1/namespaces/a/leases/" + ID, "405 method-not-allowed"),
                arguments("DELETE", "/v1/namespaces/a/locks/a", "405 method-not-allowed"),
                arguments("GET", "/v1/namespaces/a/locks/a/break", "405 method-not-allowed"),
                arguments("POST", "/v1/namespaces/A/locks/a/break", "422 invalid-namespace"),
                arguments("POST", "/v1/namespaces/a/locks/*/break", "422 invalid-lock-name"),
                arguments("GET", "/v1/namespaces/a", "404 not-found"),
                arguments("GET", "/", "404 not-found"),
                arguments("GET", "/actuator/health", "404 not-found"),
                arguments("GET", "//actuator/health", "404 not-found"),
                arguments("GET", "/actuator;/env", "400 malformed-request"));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aBadPathIsRefused(String method, String path, String answer) {
        Answer refused = send(request(path, "Content-Type", "application/json")
                .method(method, method.equals("PUT") ? BodyPublishers.ofString(GOOD) : BodyPublishers.noBody())
                .build());
        assertThat(refused.summary()).isEqualTo(answer);
        assertIsProblem(refused);
    }

    static Stream<Arguments> headers() {
        return Stream.of(
                arguments("Content-Type", "text/plain", "415 unsupported-media-type"),
                arguments("Content-Type", "nonsense", "415 unsupported-media-type"),
                arguments("Content-Encoding", "gzip", "415 unsupported-media-type"),
                arguments("Accept", "text/html", "406 not-acceptable"),
                arguments("If-Match", "17", "400 malformed-request"),
                arguments("If-Match", "*", "400 malformed-request"),
                arguments("If-Match", "W/\"17\"", "400 malformed-request"),
                arguments("If-Match", "\"\"", "400 malformed-request"),
                arguments("If-Match", "\"0\"", "400 malformed-request"),
                arguments("If-Match", "\"-1\"", "400 malformed-request"),
                arguments("If-Match", "\"1e3\"", "400 malformed-request"),
                arguments("If-Match", "\"17\", \"18\"", "400 malformed-request"),
                arguments("If-Match", "\"9007199254740992\"", "400 malformed-request"),
                arguments("If-Match", "\"9007199254740991\"", "412 lease-unknown"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aBadHeaderIsRefused(String name, String value, String answer) {
        Answer refused = send(request(leasePath(ID), "Content-Type", "application/json")
                .setHeader(name, value)
                .PUT(BodyPublishers.ofString(GOOD))
                .build());
        assertThat(refused.summary()).isEqualTo(answer);
        assertIsProblem(refused);
    }

    static Stream<Arguments> headersOfFollowers() {
        return Stream.of(
                arguments("Accept", "text/html", "406 not-acceptable"),
                arguments("Accept", "application/json", "406 not-acceptable"),
                arguments("Accept", "nonsense", "406 not-acceptable"),
                arguments("Last-Event-ID", "", "400 malformed-request"),
                arguments("Last-Event-ID", "x", "400 malformed-request"),
                arguments("Last-Event-ID", "17", "400 malformed-request"),
                arguments("Last-Event-ID", "-1-0", "400 malformed-request"),
                arguments("Last-Event-ID", "1-*", "400 malformed-request"),
                arguments("Last-Event-ID", "+", "400 malformed-request"),
                arguments("Last-Event-ID", "1e3-0", "400 malformed-request"),
                arguments("Last-Event-ID", "9223372036854775808-0", "400 malformed-request"),
                arguments("Last-Event-ID", "1-" + "0".repeat(1_000), "400 malformed-request"),
                arguments("Last-Event-ID", "${jndi:ldap://x/a}", "400 malformed-request"));
    }

    @ParameterizedTest
    @MethodSource("headersOfFollowers")
    void aBadHeaderOfAFollowerIsRefused(String name, String value, String answer) {
        Answer refused = get("/v1/namespaces/" + namespace + "/events", name, value);
        assertThat(refused.summary()).isEqualTo(answer);
        assertIsProblem(refused);
    }

    @Test
    void aGzipBombIsNotUnpacked() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[10_000_000]);
        }
        Answer refused = send(request(leasePath(ID), "Content-Type", "application/json", "Content-Encoding", "gzip")
                .PUT(BodyPublishers.ofByteArray(bomb.toByteArray()))
                .build());
        assertThat(refused.summary()).isEqualTo("415 unsupported-media-type");
    }

    @Test
    void aLengthThatContradictsAnEncodingIsRefused() throws IOException {
        try (RawConnection connection = new RawConnection(port, 5_000)) {
            connection.write("PUT " + leasePath(ID) + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + BEARER
                    + "\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
            assertThat(connection.status()).isEqualTo(400);
        }
    }

    @Test
    void aBodyThatStopsComingEndsItsConnection() throws IOException {
        try (RawConnection connection = new RawConnection(port, 5_000)) {
            connection.write("PUT " + leasePath(ID) + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + BEARER
                    + "\r\nContent-Type: application/json\r\n" + "Content-Length: 100\r\n\r\n{\"locks\"");
            assertThat(connection.status()).isEqualTo(408);
            assertThat(connection.isClosed()).isTrue();
        }
    }

    @Test
    void aTraceIsRefused() throws IOException {
        try (RawConnection connection = new RawConnection(port, 5_000)) {
            assertThat(connection.exchange("TRACE", leasePath(ID), "")).isEqualTo(405);
        }
    }

    private static void assertIsProblem(Answer answer) {
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.json().path("title").asString()).isNotBlank();
        assertThat(answer.json().path("detail").asString())
                .isNotBlank()
                .doesNotContain("Exception", "jackson", "java.");
        assertThat(answer.json().path("status").asInt()).isEqualTo(answer.status());
        assertThat(answer.json().has("retryable")).isTrue();
    }

    private static String named(String name) {
        return "{\"locks\":[{\"name\":\"" + name + "\"}],\"ttl\":\"PT30S\"}";
    }

    private static String breaking(String grace, String reason) {
        return "{\"grace\":" + grace + ",\"reason\":" + reason + "}";
    }

    private static String used(String how) {
        return "{\"locks\":[{\"name\":\"a\"," + how + "}],\"ttl\":\"PT30S\"}";
    }

    private static String permits(String permits, String of) {
        return used("\"mode\":\"permits\",\"permits\":" + permits + ",\"of\":" + of);
    }

    private static String lasting(String ttl) {
        return "{\"locks\":[{\"name\":\"a\"}],\"ttl\":" + ttl + "}";
    }

    private static String owned(String owner) {
        return "{\"locks\":[{\"name\":\"a\"}],\"ttl\":\"PT30S\",\"owner\":" + owner + "}";
    }

    private static String described(String metadata) {
        return "{\"locks\":[{\"name\":\"a\"}],\"ttl\":\"PT30S\",\"metadata\":" + metadata + "}";
    }

    private static String locks(int count) {
        StringBuilder locks = new StringBuilder();
        for (int i = 0; i < count; i++) {
            locks.append(i == 0 ? "" : ",").append("{\"name\":\"l").append(i).append("\"}");
        }
        return "{\"locks\":[" + locks + "],\"ttl\":\"PT30S\"}";
    }
}
