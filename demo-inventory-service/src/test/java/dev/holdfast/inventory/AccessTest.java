package dev.holdfast.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.testing.issuer.BadToken;
import dev.holdfast.testing.issuer.TestToken;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Each endpoint and each way in which a caller may not use it. */
class AccessTest extends PostgresServiceTest {

    /** @param scopes that do, each alone */
    record Endpoint(String method, String path, String body, List<String> scopes) {}

    private static final List<Endpoint> ENDPOINTS = List.of(
            new Endpoint("GET", "/stock/a", "", List.of("orders:read", "orders:reserve")),
            new Endpoint("HEAD", "/stock/a", "", List.of("orders:read", "orders:reserve")),
            new Endpoint("POST", "/stock/a/restock", "{\"quantity\":1}", List.of("orders:stock")),
            new Endpoint(
                    "PUT",
                    "/reservations/" + UUID.randomUUID(),
                    "{\"sku\":\"a\",\"quantity\":1}",
                    List.of("orders:reserve")),
            new Endpoint("PUT", "/reservations/" + UUID.randomUUID() + "/confirmation", "", List.of("orders:reserve")),
            new Endpoint(
                    "PUT",
                    "/reservations/" + UUID.randomUUID() + "/cancellation?sku=a",
                    "",
                    List.of("orders:reserve")));
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

    static Stream<Endpoint> endpoints() {
        return ENDPOINTS.stream();
    }

    private Answer ask(Endpoint endpoint, String authorization, String... headers) {
        return sendAs(
                authorization,
                endpoint.method(),
                endpoint.path(),
                endpoint.body(),
                Stream.concat(Stream.of("Fencing-Token", "1"), Stream.of(headers))
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void nobodyIsServedWithoutAToken(Endpoint endpoint) {
        for (String none : List.of("", "Bearer", "Basic dGVzdGVyOngK", EVERYTHING.mint())) {
            Answer refused = ask(endpoint, none);

            assertThat(refused.status()).as(none).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
        }
        String inQuery = endpoint.path() + (endpoint.path().contains("?") ? "&" : "?");
        assertThat(sendAs("", endpoint.method(), inQuery + "access_token=" + EVERYTHING.mint(), endpoint.body())
                        .status())
                .isEqualTo(401);
    }

    static Stream<Arguments> badTokens() {
        return ENDPOINTS.stream()
                .flatMap(endpoint -> Stream.of(BadToken.values()).map(bad -> arguments(endpoint, bad)));
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void aBadTokenIsNone(Endpoint endpoint, BadToken bad) {
        Answer refused = ask(endpoint, "Bearer " + bad.of(EVERYTHING));

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate")).startsWith("Bearer error=\"invalid_token\"");
    }

    static Stream<Arguments> scopes() {
        return ENDPOINTS.stream().flatMap(endpoint -> SCOPES.stream().map(scope -> arguments(endpoint, scope)));
    }

    @ParameterizedTest
    @MethodSource("scopes")
    void onlyTheScopeOfAnEndpointOpensIt(Endpoint endpoint, String scope) {
        Answer answer = ask(endpoint, ISSUER.token().scopes(scope).bearer());

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
            assertThat(ask(endpoint, ISSUER.token().scopes(scope).bearer(), "X-User", "tester")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void anotherCallersKeyStandsForAnotherRestock() {
        String other = ISSUER.token().subject("other").scopes("orders:stock").bearer();
        restock(10, "Idempotency-Key", "the key of " + sku);

        Answer others = sendAs(
                other,
                "POST",
                "/stock/" + sku + "/restock",
                "{\"quantity\":5}",
                "Idempotency-Key",
                "the key of " + sku);

        assertThat(others.summary()).isEqualTo("200");
        restock(10, "Idempotency-Key", "the key of " + sku);
        assertThat(counts()).startsWith("15/");
    }

    @Test
    void aKeyFromBeforeCallersWereKnownStandsForItsRestock() {
        restock(10);
        jdbc.sql("insert into restock (idempotency_key, sku, quantity) values (?, ?, 7)")
                .params("before " + sku, sku)
                .update();

        assertThat(restock(7, "Idempotency-Key", "before " + sku).summary()).isEqualTo("200");
        assertThat(restock(8, "Idempotency-Key", "before " + sku).summary()).isEqualTo("422 idempotency-key-reused");
        assertThat(counts()).startsWith("10/");
    }

    @Test
    void eachChangeIsLoggedWithItsCallerAndForWhom() {
        Logger audit = (Logger) LoggerFactory.getLogger("dev.holdfast.audit");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        audit.addAppender(lines);
        TestToken shop = ISSUER.token().subject("shop").scopes("orders:reserve", "users:relay");
        TestToken alone = ISSUER.token().subject("shop").scopes("orders:reserve");
        UUID order = UUID.randomUUID();
        String body = "{\"sku\":\"" + sku + "\",\"quantity\":2}";
        try {
            restock(10);
            sendAs(shop.bearer(), "PUT", "/reservations/" + order, body, "Fencing-Token", "7", "X-User", "alice");
            sendAs(alone.bearer(), "PUT", "/reservations/" + order, body, "Fencing-Token", "6", "X-User", "alice");
            sendAs(shop.bearer(), "PUT", "/reservations/" + order + "/confirmation", "", "Fencing-Token", "8");
            cancel(order, 9);
        } finally {
            audit.detachAppender(lines);
        }

        assertThat(lines.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsExactly(
                        "restock 10 of " + sku + " by tester: done",
                        "reserve order " + order + " by shop for alice, token 7: done",
                        "reserve order " + order + " by shop, token 6: stale",
                        "confirm order " + order + " by shop, token 8: done",
                        "cancel order " + order + " by tester, token 9: reservation-confirmed");
    }
}
