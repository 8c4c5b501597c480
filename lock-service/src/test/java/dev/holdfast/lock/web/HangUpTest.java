package dev.holdfast.lock.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.server.WebFilter;

/** The service hangs, as when it is frozen, and callers leave it. */
@Import(HangUpTest.Hanging.class)
class HangUpTest extends RedisServiceTest {
    private static final int CALLERS = 64;
    private static final CountDownLatch THAW = new CountDownLatch(1);

    @TestConfiguration(proxyBeanMethods = false)
    static class Hanging {
        /** Holds the thread that serves this connection and others, until the thaw. */
        @Bean
        WebFilter hang() {
            return (exchange, chain) -> {
                if (exchange.getRequest().getPath().value().equals("/hang")) {
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
        List<Socket> hanging = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        get(lockPath("none"));
        for (int i = 0; i < CALLERS; i++) {
            hanging.add(new Socket(InetAddress.getLoopbackAddress(), port));
            send(hanging.get(i), "GET /hang HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        List<String> left = new ArrayList<>();
        for (Socket caller : callers) {
            String id = newId();
            String body = body("lock-" + id, "PT30S");
            send(
                    caller,
                    "PUT " + leasePath(id)
                            + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body);
            if (hangsUpWithoutAnAnswer(caller)) {
                left.add(id);
            }
        }
        THAW.countDown();
        assertThat(left).isNotEmpty();
        await().until(() -> get(lockPath("none")).status() == 404);
        // Whatever was to be read has been read when those are answered that came before and after it.
        for (Socket each : hanging) {
            assertThat(each.getInputStream().read()).isEqualTo('H');
            each.close();
        }
        for (String id : left) {
            assertThat(get(leasePath(id)).status()).isEqualTo(404);
        }
    }

    private static void send(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(US_ASCII));
    }

    /** Its connection may be served by a thread that does not hang. */
    private static boolean hangsUpWithoutAnAnswer(Socket caller) throws IOException {
        try (caller) {
            caller.setSoTimeout(20);
            caller.getInputStream().read();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }
}
