package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.story.LockClient.Grant;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Waiting for a lock through the gateway. */
@ExtendWith(SharedSuite.class)
class WaitingIT {

    private static final Duration TTL = Duration.ofMinutes(1);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Suite suite;
    private final LockClient locks;
    private final UUID holder = UUID.randomUUID();
    private final UUID first = UUID.randomUUID();
    private final UUID second = UUID.randomUUID();

    WaitingIT(Suite suite) {
        this.suite = suite;
        this.locks = SharedSuite.locks(suite, suite.gateway());
    }

    @AfterEach
    void close() {
        locks.close();
    }

    @Test
    void aLongWaitIsNotCutOff() throws Exception {
        locks.acquire(holder, "long", TTL, LIMIT);

        Answer answer = locks.ensure(first, "long", TTL, Duration.ofSeconds(27));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body().path("position").asInt()).isEqualTo(1);
        assertThat(Duration.ofNanos(answer.receivedNanos() - answer.sentNanos()))
                .isBetween(Duration.ofSeconds(26), Duration.ofSeconds(29));
        locks.release(first);
        locks.release(holder);
    }

    @Test
    void aRetryKeepsThePlace() throws Exception {
        locks.acquire(holder, "retry", TTL, LIMIT);
        assertPosition(1, locks.ensure(first, "retry", TTL, Duration.ZERO));
        assertPosition(2, locks.ensure(second, "retry", TTL, Duration.ZERO));
        assertPosition(1, locks.ensure(first, "retry", TTL, Duration.ofSeconds(1)));

        locks.release(holder);

        locks.acquire(first, "retry", TTL, LIMIT);
        assertPosition(1, locks.read(second));
        locks.release(second);
        locks.release(first);
    }

    @Test
    void whoHungUpDuringAWaitIsNotGranted() throws Exception {
        locks.acquire(holder, "hang-up", TTL, LIMIT);
        try (var connection =
                new RawConnection(suite.gateway(), suite.credentials().header())) {
            connection.sendPut("/v1/namespaces/tests/leases/" + first, "hang-up", "Prefer: wait=20\r\n");
            awaitPosition(first, 1);
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Grant> next = threads.submit(() -> locks.acquire(second, "hang-up", TTL, LIMIT));
            awaitPosition(second, 2);

            locks.release(holder);

            assertThat(next.get().token()).isPositive();
        }
        assertThat(locks.read(first).body().path("state").asString()).isNotEqualTo("HELD");
        locks.release(second);
    }

    @Test
    void thePlacesOfThoseWhoWaitedAtAnInstanceThatIsKilledAreKept() throws Exception {
        String lock = "killed";
        int waiters = 6;
        Instance killed = suite.lockServices().getFirst();
        List<Integer> granted = Collections.synchronizedList(new ArrayList<>());
        locks.acquire(holder, lock, TTL, LIMIT);
        // Positions are read past the gateway, so that its turns put each second waiter on each instance.
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                LockClient other =
                        SharedSuite.locks(suite, suite.lockServices().getLast().uri())) {
            List<Future<?>> waiting = new ArrayList<>();
            for (int number = 1; number <= waiters; number++) {
                int place = number;
                UUID id = UUID.randomUUID();
                waiting.add(threads.submit(() -> {
                    locks.acquire(id, lock, TTL, LIMIT);
                    granted.add(place);
                    return locks.release(id);
                }));
                await().untilAsserted(() -> assertPosition(place, other.read(id)));
            }

            killed.kill();
            try {
                assertThat(other.release(holder).status()).isEqualTo(204);
                for (Future<?> waiter : waiting) {
                    waiter.get(30, TimeUnit.SECONDS);
                }
            } finally {
                killed.start();
            }
        }
        assertThat(granted).containsExactly(1, 2, 3, 4, 5, 6);
    }

    private void awaitPosition(UUID id, int position) {
        await().untilAsserted(() -> assertPosition(position, locks.read(id)));
    }

    private static void assertPosition(int position, Answer answer) {
        assertThat(answer.body().path("state").asString()).isEqualTo("WAITING");
        assertThat(answer.body().path("position").asInt()).isEqualTo(position);
    }
}
