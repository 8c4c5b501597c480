package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.story.OrderClient;
import dev.holdfast.launcher.suite.Access;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Callers of the suite, with tokens of its issuer. */
@ExtendWith(SharedSuite.class)
class SecurityIT {

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Access ALICE = Access.DEMO.withNamespaces("tests").withCaller("alice");
    private static final Access BOB = ALICE.withCaller("bob");

    private final Suite suite;
    private final HttpClient http = HttpClient.newHttpClient();
    private final LockClient alice;
    private final LockClient bob;
    private final UUID lease = UUID.randomUUID();

    SecurityIT(Suite suite) {
        this.suite = suite;
        this.alice = new LockClient(suite.gateway(), "tests", suite.credentials(ALICE));
        this.bob = new LockClient(suite.gateway(), "tests", suite.credentials(BOB));
    }

    @AfterEach
    void close() throws Exception {
        alice.release(lease);
        alice.close();
        bob.close();
        http.shutdownNow();
    }

    /** Each service verifies the token itself: who goes past the gateway is asked for one too. */
    @Test
    void whoBringsNoTokenIsToldSoAtEachDoor() throws Exception {
        List<URI> locks = doors(suite.lockServices(), "/v1/namespaces/tests/locks");
        List<URI> orders = doors(suite.orderServices(), "/orders");
        List<URI> stock = doors(List.of(suite.inventoryService()), "/stock/sku-1");
        for (URI door : Stream.of(locks, orders, stock).flatMap(List::stream).toList()) {
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(door).build(), BodyHandlers.ofString());

            assertThat(answer.statusCode()).as("%s", door).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
                    .startsWith("Bearer");
            assertThat(answer.body()).contains("/problems/unauthenticated");
        }
    }

    private List<URI> doors(List<Instance> instances, String path) {
        return Stream.concat(Stream.of(suite.gateway()), instances.stream().map(Instance::uri))
                .map(door -> door.resolve(path))
                .toList();
    }

    @Test
    void aTokenIsGoodForItsNamespacesAndScopesAlone() throws Exception {
        try (var elsewhere = new LockClient(suite.gateway(), "tests-too", suite.credentials(ALICE));
                var reader =
                        new LockClient(suite.gateway(), "tests", suite.credentials(ALICE.withScopes("locks:read")));
                var buyer = new OrderClient(suite.gateway(), suite.credentials(ALICE.withScopes("locks:read")))) {
            assertProblem(403, "forbidden", elsewhere.ensure(lease, "security", TTL, null));
            assertProblem(403, "forbidden", reader.ensure(lease, "security", TTL, null));
            assertProblem(403, "forbidden", alice.breakLock("security", Duration.ZERO));
            assertProblem(403, "forbidden", buyer.restock("sku-1", 1));
            assertThat(reader.locks().status()).isEqualTo(200);
        }
    }

    @Test
    void aLeaseIsItsCallersAloneWhateverIsKnownOfIt() throws Exception {
        Answer granted = alice.ensure(lease, "security", TTL, null);
        assertThat(granted.status()).isEqualTo(201);

        assertProblem(403, "lease-of-another", bob.ensure(lease, "security", TTL, null));
        assertProblem(403, "lease-of-another", bob.release(lease));
        HttpRequest forged = HttpRequest.newBuilder(suite.gateway().resolve("/v1/namespaces/tests/leases/" + lease))
                .header("Authorization", suite.credentials(BOB).header())
                .header("If-Match", granted.headers().firstValue("ETag").orElseThrow())
                .header("X-User", "alice")
                .DELETE()
                .build();
        assertThat(http.send(forged, BodyHandlers.discarding()).statusCode()).isEqualTo(403);

        assertThat(alice.read(lease).body().path("state").asString()).isEqualTo("HELD");
        assertThat(alice.release(lease).status()).isEqualTo(204);
    }

    @Test
    void anOrderIsItsCallersAlone() throws Exception {
        String sku = "security-" + UUID.randomUUID();
        String key = UUID.randomUUID().toString();
        try (var hers = new OrderClient(suite.gateway(), suite.credentials(ALICE));
                var his = new OrderClient(suite.gateway(), suite.credentials(BOB))) {
            assertThat(hers.restock(sku, 2).status()).isEqualTo(200);
            Answer order = hers.order(key, sku, 1);
            assertThat(order.status()).isEqualTo(201);
            String id = order.body().path("id").asString();

            assertThat(hers.read(id).status()).isEqualTo(200);
            assertThat(his.read(id).status()).isEqualTo(404);
            assertThat(his.order(key, sku, 1).body().path("id").asString())
                    .as("the key is the caller's own")
                    .isNotEqualTo(id);
        }
    }

    private static void assertProblem(int status, String kind, Answer answer) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.problem()).isEqualTo(kind);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }
}
