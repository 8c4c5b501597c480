package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.story.LockClient.Grant;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Redis is gone: nobody is granted anything, and everybody is told so soon. */
@ExtendWith(SharedSuite.class)
class StoreOutageIT {

    private static final Duration TTL = Duration.ofSeconds(30);

    private final Suite suite;
    private final UUID unknown = UUID.randomUUID();

    StoreOutageIT(Suite suite) {
        this.suite = suite;
    }

    @Test
    void aFrozenRedisIsAnsweredBy503WithinTwoSeconds() throws Exception {
        suite.redis().instance().pause();
        try {
            askAllDoors();
        } finally {
            suite.redis().instance().resume();
        }
        assertGrantsAgain();
    }

    @Test
    void aKilledRedisIsAnsweredBy503WithinTwoSeconds() throws Exception {
        suite.redis().instance().kill();
        try {
            askAllDoors();
        } finally {
            suite.redis().instance().start();
        }
        assertGrantsAgain();
    }

    private void askAllDoors() throws Exception {
        List<URI> doors = new ArrayList<>(List.of(suite.gateway()));
        suite.lockServices().stream().map(Instance::uri).forEach(doors::add);
        for (URI door : doors) {
            try (LockClient locks = SharedSuite.locks(suite, door)) {
                assertUnavailable(locks.ensure(unknown, "outage", TTL, null));
            }
        }
    }

    private static void assertUnavailable(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body().path("type").asString()).isEqualTo("/problems/store-unavailable");
        assertThat(answer.body().path("retryable").asBoolean()).isTrue();
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(Duration.ofNanos(answer.receivedNanos() - answer.sentNanos()))
                .isLessThan(Duration.ofSeconds(2));
    }

    /** The 503 left open whether the lease was granted: the same id settles it. */
    private void assertGrantsAgain() throws Exception {
        for (Instance instance : suite.lockServices()) {
            try (LockClient locks = SharedSuite.locks(suite, instance.uri())) {
                Grant grant = locks.acquire(unknown, "outage", TTL, Duration.ofSeconds(15));
                assertThat(grant.token()).isPositive();
            }
        }
        try (LockClient locks = SharedSuite.locks(suite, suite.gateway())) {
            assertThat(locks.release(unknown).status()).isEqualTo(204);
        }
    }
}
