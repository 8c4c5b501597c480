package dev.holdfast.lock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import feign.Feign;
import feign.RequestLine;
import io.micrometer.context.ContextSnapshotFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Calls to a resource, inside a lease and outside of one. */
class FencingTokenTest {
    private static final Duration TTL = Duration.ofSeconds(3);

    private final MemoryLocks locks = new MemoryLocks();
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private HttpServer resource;
    private RestClient rest;
    private WebClient web;
    private FeignResource feign;

    interface FeignResource {
        @RequestLine("GET /")
        void write();
    }

    @BeforeEach
    void start() throws IOException {
        resource = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        resource.createContext("/", exchange -> {
            tokens.add(String.valueOf(exchange.getRequestHeaders().get("Fencing-Token")));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        resource.start();
        String url = "http://127.0.0.1:" + resource.getAddress().getPort();
        rest = RestClient.builder()
                .requestFactory(new JdkClientHttpRequestFactory())
                .requestInterceptor(new FencingHttpInterceptor())
                .baseUrl(url)
                .build();
        web = WebClient.builder()
                .clientConnector(new JdkClientHttpConnector())
                .filter(new FencingExchangeFilter())
                .baseUrl(url)
                .build();
        feign = Feign.builder()
                .requestInterceptor(new FencingRequestInterceptor())
                .target(FeignResource.class, url);
    }

    @AfterEach
    void stop() {
        resource.stop(0);
    }

    @Test
    void isSentByEachKindOfClientInsideALease() {
        try (HeldLease lease = lease()) {
            lease.run(this::writeByAll);
        }

        assertThat(tokens).containsExactly("[1]", "[1]", "[1]");
    }

    @Test
    void isNotSentOutsideOfOne() throws Exception {
        writeByAll();
        try (HeldLease lease = lease()) {
            writeByAll();
            lease.call(() -> "done");
            writeByAll();
        }

        assertThat(tokens).hasSize(9).containsOnly("null");
    }

    @Test
    void isThatOfTheInnermostLease() {
        try (HeldLease outer = lease();
                HeldLease inner = lease()) {
            outer.run(() -> {
                inner.run(feign::write);
                feign.write();
            });
        }

        assertThat(tokens).containsExactly("[2]", "[1]");
    }

    @Test
    void isNotSentForALeaseWithoutAnExclusiveLock() {
        try (HeldLease lease = locks.acquire(LockSet.shared("a"), TTL, TTL)) {
            lease.run(this::writeByAll);
        }

        assertThat(tokens).containsOnly("null");
    }

    @Test
    void isNotSentUnderALeaseThatIsLostNorIsTheCall() {
        HeldLease lease = lease();
        lease.run(() -> {
            locks.lose();
            assertThatThrownBy(feign::write).isInstanceOf(LeaseLostException.class);
            assertThatThrownBy(this::writeByRest).isInstanceOf(LeaseLostException.class);
            assertThatThrownBy(this::writeByWeb).isInstanceOf(LeaseLostException.class);
        });
        assertThatThrownBy(() -> lease.run(feign::write)).isInstanceOf(LeaseLostException.class);

        assertThat(tokens).isEmpty();
    }

    @Test
    void isTakenFromTheContextOfAReactiveChainWhateverItsThread() {
        try (HeldLease lease = lease()) {
            web.get()
                    .uri("/")
                    .retrieve()
                    .toBodilessEntity()
                    .delaySubscription(Duration.ofMillis(1))
                    .contextWrite(LeaseContext.of(lease))
                    .block();
        }

        assertThat(tokens).containsExactly("[1]");
    }

    @Test
    void goesAlongToAnotherThreadWithMicrometersContext() throws InterruptedException {
        try (HeldLease lease = lease()) {
            Runnable write =
                    ContextSnapshotFactory.builder().build().captureAll().wrap(feign::write);
            lease.run(() -> assertThat(CurrentLease.ofThread()).isEqualTo(lease));
            Thread outside = new Thread(write);
            outside.start();
            outside.join();
            lease.run(() -> {
                Thread inside = new Thread(
                        ContextSnapshotFactory.builder().build().captureAll().wrap(feign::write));
                inside.start();
                joined(inside);
            });
        }

        assertThat(tokens).containsExactly("null", "[1]");
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HeldLease lease() {
        return locks.acquire("a", TTL, TTL);
    }

    private void writeByAll() {
        feign.write();
        writeByRest();
        writeByWeb();
    }

    private void writeByRest() {
        rest.get().uri("/").retrieve().toBodilessEntity();
    }

    private void writeByWeb() {
        web.get().uri("/").retrieve().toBodilessEntity().block();
    }
}
