package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import org.junit.jupiter.api.Test;

class WarmUpTest extends RedisServiceTest {

    @Test
    void whatTheServiceAsksItselfLeavesNothingInTheStore() {
        assertThat(put(newId(), body("a", "PT1S"), "If-Match", "\"1\"").summary())
                .isEqualTo("412 lease-unknown");
        assertThat(get(leasePath(newId())).summary()).isEqualTo("404 not-found");
        assertThat(get("/v1/namespaces/" + namespace + "/locks").summary()).isEqualTo("200");

        assertThatNothingIsIn("warm-up");
        assertThatNothingIsIn(namespace);
    }

    private static void assertThatNothingIsIn(String namespace) {
        RedisURI uri = RedisURI.create("127.0.0.1", TestRedis.shared().port());
        try (RedisClient client = RedisClient.create(uri);
                StatefulRedisConnection<String, String> redis = client.connect()) {
            assertThat(redis.sync().keys("hf:{" + namespace + "}*")).isEmpty();
        }
    }
}
