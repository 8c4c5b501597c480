package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.TestRedis;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Redis is away when the service starts, comes, and goes again. */
class RedisOutageTest extends ServiceTest {
    private static final int REDIS_PORT = TestRedis.freePort();
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    /** How long the gateway waits before it holds against an instance what is the store's. */
    private static final Duration GIVEN_UP = Duration.ofSeconds(1);

    @DynamicPropertySource
    static void absent(DynamicPropertyRegistry properties) {
        properties.add("spring.data.redis.port", () -> REDIS_PORT);
    }

    @Test
    void everyCallIs503WhileRedisIsAwayAndWorksByItselfWhenItIsBack() {
        assertUnavailable();

        try (TestRedis redis = new TestRedis(REDIS_PORT)) {
            awaitRecovery();
            String holder = newId();
            long token =
                    put(holder, body("a", "PT30S")).json().path("fencingToken").asLong();
            CompletableFuture<Answer> waiter = putAsync(newId(), body("a", "PT30S"), "Prefer", "wait=30");
            await().until(() -> get(lockPath("a")).json().path("waiting").asInt() == 1);

            EventClient follower = new EventClient(port, "/v1/namespaces/" + namespace + "/events");
            await().until(() -> !follower.lastId().isEmpty());

            redis.stop();
            assertUnavailable();

            redis.start();
            awaitRecovery();
            // Redis has lost its data. Whoever waited has queued again, and gets a higher token than any before.
            Answer granted = waiter.join();
            assertThat(granted.status()).isEqualTo(201);
            assertThat(granted.json().path("fencingToken").asLong()).isGreaterThan(token);
            assertThat(delete(holder).status()).isEqualTo(204);
            // It has been connected all the time, and is told that it cannot know what happened: with the waiter's lock
            // in use, or before it is granted.
            await().untilAsserted(() ->
                    assertThat(follower.summaries()).first().asString().startsWith("reset"));
            await().untilAsserted(() -> assertThat(follower.summaries()).containsAnyOf("reset a", "granted a"));
            follower.close();
        }
    }

    @Test
    void whileRedisIsFrozenEachAnswerComesBeforeACallerWouldGiveTheInstanceUp() {
        try (TestRedis redis = new TestRedis(REDIS_PORT)) {
            awaitRecovery();

            redis.freeze(Duration.ofSeconds(3));
            String path = leasePath(newId());
            assertUnavailable(() -> get(path), GIVEN_UP);
            assertUnavailable(() -> put(newId(), body("b", "PT30S")), GIVEN_UP);
            assertUnavailable(() -> put(newId(), body("b", "PT30S"), "Prefer", "wait=20"), GIVEN_UP);

            awaitRecovery();
        }
    }

    private void assertUnavailable() {
        String path = leasePath(newId());
        for (String method : new String[] {"GET", "HEAD", "DELETE"}) {
            assertUnavailable(() -> send(method, path));
        }
        assertUnavailable(() -> put(newId(), body("b", "PT30S")));
        assertUnavailable(() -> put(newId(), body("b", "PT30S"), "Prefer", "wait=20"));
        assertUnavailable(() -> get(lockPath("b")));
        assertUnavailable(() -> get("/v1/namespaces/" + namespace + "/locks"));
        assertUnavailable(() -> get("/v1/namespaces/" + namespace + "/events"));
    }

    private static void assertUnavailable(Supplier<Answer> call) {
        assertUnavailable(call, AT_ONCE);
    }

    private static void assertUnavailable(Supplier<Answer> call, Duration within) {
        long begun = System.nanoTime();
        Answer answer = call.get();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(within);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
    }

    private void awaitRecovery() {
        await().atMost(Duration.ofSeconds(5)).until(() -> get(lockPath("b")).status() == 404);
    }
}
