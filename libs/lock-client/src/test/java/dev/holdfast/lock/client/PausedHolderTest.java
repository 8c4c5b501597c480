package dev.holdfast.lock.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A holder that is stopped past its TTL, at any point of its work, and goes on. */
class PausedHolderTest {
    private static final Duration TTL = Duration.ofMillis(300);
    private static final int PAUSES = 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final OneLock lock = new OneLock();
    private final Guarded resource = new Guarded();
    private HttpServer server;
    private Process holder;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1", lock::handle);
        server.createContext("/resource", resource::handle);
        server.start();
        holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PausedHolder.class.getName(),
                        String.valueOf(server.getAddress().getPort()),
                        TTL.toString())
                .redirectErrorStream(true)
                .start();
        threads.execute(this::listen);
        await().atMost(Duration.ofSeconds(60)).until(() -> said.contains("ready") && resource.accepted() > 20);
    }

    @AfterEach
    void stop() {
        holder.destroyForcibly();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void knowsThatItsLeaseIsLostAndTheResourceAcceptsNoStaleWrite() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < PAUSES; i++) {
            int before = resource.accepted();
            await().pollInterval(Duration.ofMillis(1 + random.nextInt(20))).until(() -> resource.accepted() > before);
            signal("STOP");
            // Another has the lock and has written by then.
            await().pollInterval(Duration.ofMillis(20)).until(lock::isOver);
            resource.raise(lock.another());
            signal("CONT");
        }
        int before = resource.accepted();
        await().atMost(Duration.ofSeconds(20)).until(() -> resource.accepted() > before);

        assertThat(resource.tokens()).as("seed %d", seed).isSorted();
        // What was on its way when the process stopped is refused by the resource, all else by the holder itself.
        assertThat(times("stale")).as("seed %d", seed).isLessThanOrEqualTo(PAUSES);
        assertThat(times("lost")).as("seed %d", seed).isGreaterThan(PAUSES / 2);
    }

    private long times(String word) {
        return said.stream().filter(word::equals).count();
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(holder.pid()))
                .start()
                .waitFor();
    }

    private void listen() {
        try (BufferedReader lines = holder.inputReader()) {
            lines.lines().forEach(said::add);
        } catch (IOException | java.io.UncheckedIOException e) {
            said.add(e.toString());
        }
    }

    /** A lock service with one lock. */
    private static final class OneLock {
        private String holder = "";
        private long token = 1;
        private long end = System.nanoTime();

        void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                String id = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
                boolean renewal = exchange.getRequestHeaders().containsKey("If-Match");
                boolean held = exchange.getRequestMethod().equals("PUT") ? put(id, renewal) : delete(id);
                byte[] body = Instance.lease(id, token, TTL).getBytes(UTF_8);
                if (held) {
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                } else {
                    exchange.sendResponseHeaders(renewal ? 410 : 204, -1);
                }
            }
        }

        private synchronized boolean put(String id, boolean renewal) {
            if (!renewal) {
                holder = id;
                token++;
            } else if (!holder.equals(id) || isOver()) {
                return false;
            }
            end = System.nanoTime() + TTL.toNanos();
            return true;
        }

        private synchronized boolean delete(String id) {
            if (holder.equals(id)) {
                end = System.nanoTime();
            }
            return false;
        }

        synchronized boolean isOver() {
            return end - System.nanoTime() <= 0;
        }

        /** Another holder's token. */
        synchronized long another() {
            holder = "another";
            return ++token;
        }
    }

    /** A resource that refuses tokens lower than the highest it has seen. */
    private static final class Guarded {
        private long fence;
        private final List<Long> accepted = new ArrayList<>();

        void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                long token = Long.parseLong(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                exchange.sendResponseHeaders(write(token) ? 204 : 409, -1);
            }
        }

        private synchronized boolean write(long token) {
            if (token < fence) {
                return false;
            }
            raise(token);
            accepted.add(token);
            return true;
        }

        synchronized void raise(long token) {
            fence = Math.max(fence, token);
        }

        synchronized int accepted() {
            return accepted.size();
        }

        synchronized List<Long> tokens() {
            return List.copyOf(accepted);
        }
    }
}
