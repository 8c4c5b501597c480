package dev.holdfast.lock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RenewalLanesTest {
    private final RenewalLanes lanes = new RenewalLanes();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CompletableFuture<String> answer = new CompletableFuture<>();
    private final AtomicInteger begun = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void aRenewalWaitsForOneThatIsFree() {
        for (int i = 0; i < 2 * RenewalLanes.LANES; i++) {
            renew(Duration.ofMinutes(1));
        }
        await().until(() -> begun.get() == RenewalLanes.LANES);
        await().during(Duration.ofMillis(300)).until(() -> begun.get() == RenewalLanes.LANES);

        answer.complete("renewed");

        await().until(() -> begun.get() == 2 * RenewalLanes.LANES);
    }

    @Test
    void aRenewalDoesNotWaitForThoseThatHang() {
        for (int i = 0; i < RenewalLanes.LANES; i++) {
            renew(Duration.ofMinutes(1));
        }
        await().until(() -> begun.get() == RenewalLanes.LANES);

        renew(Duration.ofMillis(10));

        await().until(() -> begun.get() == RenewalLanes.LANES + 1);
        assertThat(answer).isNotDone();
    }

    private void renew(Duration patience) {
        threads.execute(() -> lanes.call(patience, () -> {
            begun.incrementAndGet();
            return answer.join();
        }));
    }
}
