package dev.holdfast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.api.ProblemKind;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class CallerLimitTest {

    private static final Logger log = LoggerFactory.getLogger(CallerLimitTest.class);
    private static final int BURST = 20;
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    private final TestGateway gateway = TestGateway.shared();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Backend backend = new Backend("a");
    private final String greedy = bearer();
    private long usualBurst;
    private int usualRate;

    @BeforeEach
    void aSmallLimit() throws Exception {
        gateway.register("lock-service", backend.port());
        usualBurst = gateway.limit().getBurstCapacity();
        usualRate = gateway.limit().getReplenishRate();
        gateway.limit().setReplenishRate(1).setBurstCapacity(BURST);
        await().atMost(RECOVERY).until(this::isLimiting);
    }

    @AfterEach
    void theUsualOne() throws Exception {
        gateway.limit().setBurstCapacity(usualBurst).setReplenishRate(usualRate);
        gateway.deregisterAll();
        backend.close();
    }

    @Test
    void whoSendsTooMuchIsToldToWaitAndGoesOnLater() throws Exception {
        HttpResponse<String> refused = flood(greedy, 10 * BURST).stream()
                .filter(answer -> answer.statusCode() != 200)
                .findFirst()
                .orElseThrow();

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(refused.body()).contains(ProblemKind.RATE_LIMITED.type());
        assertThat(backend.seen().size()).isLessThan(10 * BURST);
        await().until(() -> send(greedy).statusCode() == 200);
    }

    @Test
    void itDoesNotSlowAnother() throws Exception {
        List<Duration> alone = paced(bearer());
        CompletableFuture<List<HttpResponse<String>>> flood =
                CompletableFuture.supplyAsync(() -> flood(greedy, 20 * BURST), Thread::startVirtualThread);
        List<Duration> beside = paced(bearer());

        assertThat(flood.join())
                .filteredOn(answer -> answer.statusCode() == 429)
                .hasSizeGreaterThan(10 * BURST);
        log.info("Another caller's median: {} alone, {} beside a flood", median(alone), median(beside));
        assertThat(median(beside)).isLessThan(median(alone).plusMillis(100));
    }

    @Test
    void aRedisThatIsFrozenLimitsNobodyAndIsWaitedForOnce() throws Exception {
        Duration frozen = Duration.ofSeconds(4);
        gateway.redis().freeze(frozen);
        long begun = System.nanoTime();
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 2 * BURST; i++) {
            statuses.add(send(greedy).statusCode());
        }

        assertThat(statuses).containsOnly(200);
        // Waited for each time, only eight would be through by now.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(frozen);
        await().atMost(RECOVERY).until(this::isLimiting);
    }

    @Test
    void soIsOneThatIsAway() throws Exception {
        gateway.redis().stop();
        try {
            assertThat(flood(greedy, 3 * BURST)).allMatch(answer -> answer.statusCode() == 200);
        } finally {
            gateway.redis().start();
        }
        await().atMost(RECOVERY).until(this::isLimiting);
    }

    private boolean isLimiting() {
        return flood(bearer(), 2 * BURST).stream().anyMatch(answer -> answer.statusCode() == 429);
    }

    /** Of a caller that nobody has met. */
    private String bearer() {
        return gateway.token().subject(UUID.randomUUID().toString()).bearer();
    }

    /** As many requests, one after the other, as a bucket has. */
    private List<Duration> paced(String bearer) throws Exception {
        List<Duration> latencies = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            long begun = System.nanoTime();
            assertThat(send(bearer).statusCode()).isEqualTo(200);
            latencies.add(Duration.ofNanos(System.nanoTime() - begun));
        }
        return latencies;
    }

    private static Duration median(List<Duration> latencies) {
        return latencies.stream()
                .sorted()
                .skip(latencies.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    private List<HttpResponse<String>> flood(String bearer, int requests) {
        return IntStream.range(0, requests)
                .mapToObj(i -> client.sendAsync(request(bearer), BodyHandlers.ofString()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }

    private HttpResponse<String> send(String bearer) throws Exception {
        return client.send(request(bearer), BodyHandlers.ofString());
    }

    private HttpRequest request(String bearer) {
        return HttpRequest.newBuilder(gateway.uri("/v1/who"))
                .header("Authorization", bearer)
                .build();
    }
}
