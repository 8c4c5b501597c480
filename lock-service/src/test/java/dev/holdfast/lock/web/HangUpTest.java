package dev.holdfast.lock.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.server.WebFilter;
import reactor.netty.resources.LoopResources;

/** The service hangs, as when it is frozen, and callers leave it. */
@Import(HangUpTest.Hanging.class)
class HangUpTest extends RedisServiceTest {
    private static final int CALLERS = 64;
    private static final CountDownLatch FROZEN = new CountDownLatch(1);
    private static final CountDownLatch THAW = new CountDownLatch(1);

    /** No component: any other service that runs on this class path would find it. */
    static class Hanging {
        /** When it hangs, all connections do. */
        @Bean
        ReactorResourceFactory oneThread() {
            ReactorResourceFactory factory = new ReactorResourceFactory();
            factory.setUseGlobalResources(false);
            factory.setLoopResourcesSupplier(() -> LoopResources.create("hanging", 1, true));
            return factory;
        }

        /** Holds the thread that serves all, until the thaw. */
        @Bean
        WebFilter hang() {
            return (exchange, chain) -> {
                if (exchange.getRequest().getPath().value().endsWith("/locks/hang")) {
                    FROZEN.countDown();
                    try {
                        THAW.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
                return chain.filter(exchange);
            };
        }
    }

    @Test
    void whatAskedAndHungUpMeanwhileIsNotGrantedALockAfterwards() throws Exception {
        List<Socket> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        // The connections that came before this one are known.
        get(lockPath("none"));
        List<String> left = new ArrayList<>();
        try (Socket hanging = new Socket(InetAddress.getLoopbackAddress(), port)) {
            send(hanging, "GET " + lockPath("hang") + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + BEARER + "\r\n\r\n");
            assertThat(FROZEN.await(30, TimeUnit.SECONDS)).isTrue();
            for (Socket caller : callers) {
                String id = newId();
                String body = body("lock-" + id, "PT30S");
                send(
                        caller,
                        "PUT " + leasePath(id)
                                + " HTTP/1.1\r\nHost: x\r\nAuthorization: " + BEARER
                                + "\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length() + "\r\n\r\n" + body);
                caller.close();
                left.add(id);
            }
            THAW.countDown();
            assertThat(hanging.getInputStream().read()).isEqualTo('H');
        }
        // What this finds was asked for after whatever came of those.
        for (String id : left) {
            assertThat(get(leasePath(id)).status()).isEqualTo(404);
        }
    }

    private static void send(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(US_ASCII));
    }
}
