package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.TestRedis;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Redis answers, but cannot be trusted with leases, or is not the master any more. */
class UnfitRedisTest extends ServiceTest {
    private static final TestRedis FIRST = new TestRedis();
    private static final TestRedis SECOND = new TestRedis();
    private static final Switch ADDRESS = new Switch(FIRST);
    private static final Duration SOON = Duration.ofSeconds(15);

    @LocalManagementPort
    int managementPort;

    @DynamicPropertySource
    static void behindTheSwitch(DynamicPropertyRegistry properties) {
        properties.add("spring.data.redis.port", ADDRESS::port);
    }

    @AfterAll
    static void stop() {
        ADDRESS.close();
        FIRST.close();
        SECOND.close();
    }

    @AfterEach
    void mend() {
        FIRST.command("CONFIG SET maxmemory-policy noeviction");
        FIRST.command("CONFIG SET maxmemory 0");
        FIRST.command("REPLICAOF NO ONE");
        awaitFit();
    }

    @BeforeEach
    void awaitFit() {
        await().atMost(SOON).until(() -> get(lockPath("none")).status() == 404);
    }

    @Test
    void aRedisThatMayEvictIsRefusedUntilItMayNot() {
        String held = newId();
        put(held, body("a", "PT30S"));
        FIRST.command("CONFIG SET maxmemory-policy allkeys-lru");
        awaitRefusal("set its maxmemory-policy to noeviction, it is allkeys-lru");
        // Nor on a new connection.
        FIRST.command("CLIENT KILL TYPE normal");
        for (int i = 0; i < 20; i++) {
            assertThat(put(newId(), body("b", "PT30S")).summary()).isEqualTo("503 store-unavailable");
        }
        await().atMost(SOON).untilAsserted(() -> assertThat(redisHealth()).contains("DOWN", "noeviction"));
        assertThat(health("/readiness").status()).isEqualTo(200);

        FIRST.command("CONFIG SET maxmemory-policy noeviction");
        awaitFit();
        assertThat(put(held, body("a", "PT30S")).status()).isEqualTo(200);
        assertThat(redisHealth()).doesNotContain("DOWN");
    }

    @Test
    void aRedisThatWritesNothingIsShownAsDownUntilItWrites() {
        put(newId(), body("a", "PT30S"));
        FIRST.command("CONFIG SET maxmemory 1");
        awaitRefusal("out of memory");
        // A read is answered, and tells nothing of writes.
        assertThat(get(lockPath("a")).status()).isEqualTo(200);
        assertThat(redisHealth()).contains("DOWN", "out of memory");

        FIRST.command("CONFIG SET maxmemory 0");
        assertThat(put(newId(), body("b", "PT30S")).status()).isEqualTo(201);
        assertThat(redisHealth()).doesNotContain("DOWN");
    }

    @Test
    void aMasterThatWasDemotedIsLeftForTheNewOne() {
        String held = newId();
        put(held, body("a", "PT60S"));
        SECOND.command("REPLICAOF 127.0.0.1 " + FIRST.port());
        await().atMost(SOON).until(() -> SECOND.command("INFO replication").contains("master_link_status:up"));
        long token = get(leasePath(held)).json().path("fencingToken").asLong();
        await().atMost(SOON).until(() -> SECOND.command("EXISTS hf:{" + namespace + "}:lease:" + held)
                .startsWith(":1"));

        SECOND.command("REPLICAOF NO ONE");
        FIRST.command("REPLICAOF 127.0.0.1 " + SECOND.port());
        ADDRESS.lead(SECOND);
        await().atMost(SOON).until(() -> oneOf(put(held, body("a", "PT60S")), 503, 200) == 200);
        assertThat(put(newId(), body("b", "PT30S")).json().path("fencingToken").asLong())
                .isGreaterThan(token);

        // And back.
        FIRST.command("REPLICAOF NO ONE");
        SECOND.command("REPLICAOF 127.0.0.1 " + FIRST.port());
        ADDRESS.lead(FIRST);
        await().atMost(SOON).until(() -> oneOf(put(newId(), body(newId(), "PT1S")), 503, 201) == 201);
        SECOND.command("REPLICAOF NO ONE");
    }

    @Test
    void withoutAMasterItIsLookedForOnceASecond() {
        FIRST.command("REPLICAOF 127.0.0.1 " + TestRedis.freePort());
        awaitRefusal("is a replica");
        int before = ADDRESS.accepted();
        long begun = System.nanoTime();
        await().atMost(SOON).until(() -> ADDRESS.accepted() - before >= 6);
        // Two connections each time, for calls and for messages.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(1_500));
        assertThat(put(newId(), body("b", "PT30S")).summary()).isEqualTo("503 store-unavailable");

        FIRST.command("REPLICAOF NO ONE");
        awaitFit();
        assertThat(put(newId(), body("b", "PT30S")).status()).isEqualTo(201);
    }

    @Test
    void aMasterThatIsKilledAndBackAtOnceServesAgain() {
        put(newId(), body("a", "PT30S"));
        for (int i = 0; i < 3; i++) {
            FIRST.stop();
            FIRST.start();
            await().atMost(SOON).until(() -> oneOf(put(newId(), body(newId(), "PT1S")), 503, 201) == 201);
        }
    }

    private void awaitRefusal(String why) {
        await().atMost(SOON).until(() -> {
            Answer answer = put(newId(), body(newId(), "PT1S"));
            return oneOf(answer, 201, 503) == 503
                    && answer.json().path("detail").asString().contains(why);
        });
    }

    /** Nothing else is answered. */
    private static int oneOf(Answer answer, int one, int other) {
        assertThat(answer.status()).isIn(one, other);
        return answer.status();
    }

    private String redisHealth() {
        return health("").json().path("components").path("redis").toString();
    }

    private Answer health(String group) {
        return send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/actuator/health" + group))
                        .build());
    }
}
