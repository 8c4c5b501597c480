package dev.holdfast.lock.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.testing.TestPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A holder that is stopped past its TTL, at any point of its work, and goes on; PostgreSQL is what it writes to. */
class PausedHolderTest {
    private static final Duration TTL = Duration.ofMillis(300);
    private static final int PAUSES = 20;
    private static final TestPostgres POSTGRES = new TestPostgres("resource");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final OneLock lock = new OneLock();
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1", lock::handle);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @AfterAll
    static void stopPostgres() {
        POSTGRES.close();
    }

    @Test
    void knowsThatItsLeaseIsLostAndTheGuardedRowTakesNoStaleWrite() throws IOException, InterruptedException {
        try (GuardedRow row = new GuardedRow(POSTGRES.address(), true)) {
            Process holder = start(row, true);
            for (int i = 0; i < PAUSES; i++) {
                pauseWhileAnotherWrites(holder, row);
            }
            int before = row.writes();
            await().atMost(Duration.ofSeconds(20)).until(() -> row.writes() > before);
            holder.destroyForcibly().waitFor();

            assertThat(row.tokens()).as("seed %d", seed).isSorted();
            // What was decided before the process stopped is refused by the row, all else by the holder itself.
            assertThat(times("stale")).as("seed %d", seed).isBetween(PAUSES / 4L, (long) PAUSES);
            assertThat(times("stale") + times("lost")).as("seed %d", seed).isGreaterThan(PAUSES / 2);
        }
    }

    /** Or the test above would prove nothing. */
    @Test
    void aRowThatDoesNotLookAtTokensTakesAStaleWrite() throws IOException, InterruptedException {
        try (GuardedRow row = new GuardedRow(POSTGRES.address(), false)) {
            Process holder = start(row, false);
            for (int i = 0; i < PAUSES && isSorted(row.tokens()); i++) {
                pauseWhileAnotherWrites(holder, row);
                int before = row.writes();
                await().atMost(Duration.ofSeconds(20)).until(() -> row.writes() > before);
            }
            holder.destroyForcibly().waitFor();

            assertThat(isSorted(row.tokens())).as("seed %d", seed).isFalse();
        }
    }

    private Process start(GuardedRow row, boolean guarded) throws IOException {
        row.create();
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PausedHolder.class.getName(),
                        String.valueOf(server.getAddress().getPort()),
                        TTL.toString(),
                        POSTGRES.address(),
                        Boolean.toString(guarded))
                .redirectErrorStream(true)
                .start();
        threads.execute(() -> listen(holder));
        await().atMost(Duration.ofSeconds(60)).until(() -> said.contains("ready") && row.writes() > 20);
        return holder;
    }

    private void pauseWhileAnotherWrites(Process holder, GuardedRow row) throws IOException, InterruptedException {
        int before = row.writes();
        await().pollInterval(Duration.ofMillis(1 + random.nextInt(20))).until(() -> row.writes() > before);
        signal(holder, "STOP");
        // Another has the lock and has written by then.
        await().pollInterval(Duration.ofMillis(20)).until(lock::isOver);
        row.write(lock.another());
        signal(holder, "CONT");
    }

    private static boolean isSorted(List<Long> tokens) {
        return tokens.equals(tokens.stream().sorted().toList());
    }

    private long times(String word) {
        return said.stream().filter(word::equals).count();
    }

    private static void signal(Process holder, String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(holder.pid()))
                .start()
                .waitFor();
    }

    private void listen(Process holder) {
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
}
