package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.story.LockClient.Grant;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** No lock service is left. */
@ExtendWith(SharedSuite.class)
class ServiceOutageIT {

    private static final Duration TTL = Duration.ofMinutes(1);

    @Test
    void theGatewayTellsWhenToRetryAndALeaseOutlivesAllInstances(Suite suite) throws Exception {
        UUID id = UUID.randomUUID();
        try (LockClient locks = SharedSuite.locks(suite, suite.gateway())) {
            Grant grant = locks.acquire(id, "survivor", TTL, Duration.ofSeconds(10));
            suite.lockServices().forEach(Instance::kill);
            try {
                await().untilAsserted(() -> assertUnavailable(locks.read(id)));
            } finally {
                suite.lockServices().parallelStream().forEach(Instance::start);
            }

            assertThat(locks.acquire(id, "survivor", TTL, Duration.ofSeconds(10))
                            .token())
                    .isEqualTo(grant.token());
            locks.release(id);
        }
    }

    private static void assertUnavailable(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body().path("type").asString()).startsWith("/problems/");
    }
}
