package dev.holdfast.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.order.ScriptedInventory.Fault;
import dev.holdfast.testing.issuer.BadToken;
import dev.holdfast.testing.issuer.TestToken;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each endpoint and each way in which a caller may not use it; and whose an order is. */
class AccessTest extends ServiceTest {

    /** @param scopes that do, each alone */
    record Endpoint(String method, String path, List<String> scopes) {}

    private static final List<Endpoint> ENDPOINTS = List.of(
            new Endpoint("POST", "/orders", List.of("orders:write")),
            new Endpoint("GET", "/orders", List.of("orders:read", "orders:admin")),
            new Endpoint("GET", "/orders/" + UUID.randomUUID(), List.of("orders:read", "orders:admin")),
            new Endpoint("HEAD", "/orders", List.of("orders:read", "orders:admin")));
    private static final List<String> SCOPES = List.of(
            "orders:read",
            "orders:write",
            "orders:stock",
            "orders:reserve",
            "orders:admin",
            "users:relay",
            "locks:read",
            "locks:write",
            "locks:admin");

    @AfterEach
    void mend() {
        TOKENS.setAvailable(true);
    }

    static Stream<Endpoint> endpoints() {
        return ENDPOINTS.stream();
    }

    private Answer ask(Endpoint endpoint, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(ONE.uri(endpoint.path()))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .method(
                        endpoint.method(),
                        endpoint.method().equals("POST") ? BodyPublishers.ofString(body(1)) : BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    private String body(int quantity) {
        return "{\"sku\":\"" + sku + "\",\"quantity\":" + quantity + "}";
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void nobodyIsServedWithoutAToken(Endpoint endpoint) {
        assertThat(ask(endpoint).status()).isEqualTo(401);
        for (String none : List.of("Bearer", "Basic dGVzdGVyOngK", EVERYTHING.mint())) {
            Answer refused = ask(endpoint, "Authorization", none);

            assertThat(refused.status()).as(none).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
        }
    }

    static Stream<Arguments> badTokens() {
        return ENDPOINTS.stream()
                .flatMap(endpoint -> Stream.of(BadToken.values()).map(bad -> arguments(endpoint, bad)));
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void aBadTokenIsNone(Endpoint endpoint, BadToken bad) {
        Answer refused = ask(endpoint, "Authorization", "Bearer " + bad.of(EVERYTHING));

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer error=\"invalid_token\"");
    }

    static Stream<Arguments> scopes() {
        return ENDPOINTS.stream().flatMap(endpoint -> SCOPES.stream().map(scope -> arguments(endpoint, scope)));
    }

    @ParameterizedTest
    @MethodSource("scopes")
    void onlyTheScopeOfAnEndpointOpensIt(Endpoint endpoint, String scope) {
        Answer answer =
                ask(endpoint, "Authorization", ISSUER.token().scopes(scope).bearer());

        if (endpoint.scopes().contains(scope)) {
            assertThat(answer.status()).isNotIn(401, 403);
        } else {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("WWW-Authenticate"))
                    .startsWith("Bearer error=\"insufficient_scope\"")
                    .contains(endpoint.scopes());
        }
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void whomACallerNamesOpensNothing(Endpoint endpoint) {
        for (String scope : List.of("locks:read", "users:relay")) {
            String token = ISSUER.token().scopes(scope).bearer();
            assertThat(ask(endpoint, "Authorization", token, "X-User", "tester").status())
                    .isEqualTo(403);
        }
    }

    @Test
    void anOrderIsFoundAndListedByItsCallerAndByAnAdminOnly() {
        String path = order(ONE, 2).header("Location");
        TestToken other = ISSUER.token().subject("nosy").scopes("orders:read", "orders:write", "users:relay");
        String admin = ISSUER.token().subject("admin").scopes("orders:admin").bearer();

        assertThat(get(OTHER.uri(path), other.bearer()).summary()).isEqualTo("404 not-found");
        assertThat(ask(new Endpoint("GET", path, List.of()), "Authorization", other.bearer(), "X-User", "tester")
                        .summary())
                .isEqualTo("404 not-found");
        assertThat(get(OTHER.uri("/orders"), other.bearer())
                        .json()
                        .path("orders")
                        .size())
                .isZero();
        for (String token : List.of(EVERYTHING.bearer(), admin)) {
            assertThat(get(OTHER.uri(path), token).summary()).isEqualTo("200 CONFIRMED");
            assertThat(get(OTHER.uri("/orders?state=CONFIRMED"), token)
                            .response()
                            .body())
                    .contains(path.replace("/orders/", ""));
        }
    }

    @Test
    void aKeyIsItsCallersOwn() {
        String own = order(ONE, 2).json().path("id").asString();
        String other = ISSUER.token().subject("other").scopes("orders:write").bearer();

        Answer others = send(post(OTHER, body(3), "Authorization", other));

        assertThat(others.summary()).isEqualTo("201 CONFIRMED");
        assertThat(others.json().path("id").asString()).isNotEqualTo(own);
        assertThat(order(OTHER, 2).json().path("id").asString()).isEqualTo(own);
        assertThat(INVENTORY.counts(sku)).isEqualTo("5/5");
    }

    @Test
    void aKeyFromBeforeCallersWereKnownStandsForItsOrderWhichOnlyAnAdminReads() {
        // As the release before inserts, whose instances run beside these for a while.
        String insert =
                "insert into orders (id, idempotency_key, sku, quantity, status) values (?, ?, ?, 2, 'CONFIRMED')"
                        + " on conflict (idempotency_key) do nothing";
        assertThat(ONE.jdbc().sql(insert).params(UUID.randomUUID(), key, sku).update())
                .isEqualTo(1);
        assertThat(ONE.jdbc().sql(insert).params(UUID.randomUUID(), key, sku).update())
                .isZero();

        Answer again = order(ONE, 2);

        assertThat(again.summary()).isEqualTo("201 CONFIRMED");
        assertThat(order(ONE, 3).summary()).isEqualTo("422 idempotency-key-reused");
        assertThat(get(ONE.uri(again.header("Location"))).summary()).isEqualTo("404 not-found");
        assertThat(stored()).startsWith("CONFIRMED");
        assertThat(INVENTORY.counts(sku)).isEqualTo("10/0");
    }

    @Test
    void theInventoryAndTheLockServiceAreToldForWhomItIs() {
        order(ONE, 2);
        assertThat(LOCKS.user("stock:" + sku)).isEqualTo("tester");
        assertThat(INVENTORY.user(read(ONE).path("id").asString())).isEqualTo("tester");

        TestToken shop = ISSUER.token().subject("shop").scopes("orders:write", "users:relay");
        Answer relayed = send(post(
                ONE, body(2), "Authorization", shop.bearer(), "X-User", "alice", "Idempotency-Key", key + " of alice"));
        assertThat(INVENTORY.user(relayed.json().path("id").asString())).isEqualTo("alice");
        assertThat(LOCKS.user("stock:" + sku)).isEqualTo("alice");

        Answer forged = send(post(ONE, body(2), "X-User", "alice", "Idempotency-Key", key + " not of alice"));
        assertThat(INVENTORY.user(forged.json().path("id").asString())).isEqualTo("tester");
    }

    @Test
    void aRefusedServiceTokenIsReplacedAndTheUserSeesNothingOfIt() {
        int before = TOKENS.issued();
        INVENTORY.fail("reserve", Fault.UNAUTHENTICATED, 1);

        assertThat(order(ONE, 2).summary()).isEqualTo("201 CONFIRMED");

        assertThat(TOKENS.issued()).isGreaterThan(before);
    }

    @Test
    void aServiceTokenThatIsRefusedForGoodLeavesTheOrderToLater() {
        INVENTORY.fail("reserve", Fault.UNAUTHENTICATED, 1_000);

        assertThat(order(OTHER, 2).summary()).isEqualTo("503 inventory-unavailable");

        assertThat(stored()).isEqualTo("PENDING []");
        INVENTORY.mend();
        await().until(() -> order(OTHER, 2).summary().equals("201 CONFIRMED"));
    }

    @Test
    void withoutAnIssuerTheServiceStartsAndSaysWhatItLacks() {
        TOKENS.setAvailable(false);
        Instance lonely = new Instance("order-5", POSTGRES, LOCKS, "--demo.recovery.after=1h");

        Answer refused = order(lonely, 2);

        assertThat(refused.summary()).isEqualTo("503 issuer-unavailable");
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(get(lonely.uri("/orders")).status()).isEqualTo(200);
        TOKENS.setAvailable(true);
        await().until(() -> order(lonely, 2).summary().equals("201 CONFIRMED"));
    }
}
