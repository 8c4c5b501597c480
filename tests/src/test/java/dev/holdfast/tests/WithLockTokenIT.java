package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code bin/with-lock} before a lock service that takes one token at a time. */
class WithLockTokenIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final List<String> believed = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private volatile String valid = "one";
    private volatile boolean forbids;
    private HttpServer service;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", this::answer);
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            String call = exchange.getRequestMethod() + " " + token.replace("Bearer ", "");
            if (!token.equals("Bearer " + valid)) {
                refused.add(call);
                send(exchange, 401, "{\"detail\":\"The token has expired.\"}");
            } else if (forbids) {
                send(exchange, 403, "{\"detail\":\"The token lacks the scope locks:write.\"}");
            } else if (exchange.getRequestMethod().equals("DELETE")) {
                believed.add(call);
                exchange.sendResponseHeaders(204, -1);
            } else {
                believed.add(call);
                exchange.getResponseHeaders().set("ETag", "\"7\"");
                send(exchange, 200, "{\"fencingToken\":7,\"elapsedMillis\":0,\"expiresInMillis\":6000}");
            }
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Test
    void aTokenIsSentWithEachRequest() throws Exception {
        assertThat(end(begin(Map.of("HOLDFAST_TOKEN", "one"), "true"))).isEqualTo("0 ");

        assertThat(believed).containsExactly("PUT one", "DELETE one");
        assertThat(refused).isEmpty();
    }

    @Test
    void whoHasNoValidTokenIsToldSoAtOnce() throws Exception {
        assertThat(end(begin(Map.of(), "true")))
                .isEqualTo(
                        "77 with-lock: The token has expired. (HOLDFAST_TOKEN or HOLDFAST_TOKEN_FILE says who asks)\n");
        assertThat(end(begin(Map.of("HOLDFAST_TOKEN", "two"), "true"))).startsWith("77 ");
        assertThat(end(begin(Map.of("HOLDFAST_TOKEN_FILE", "nowhere"), "true")))
                .isEqualTo("77 with-lock: there is no bearer token in nowhere (HOLDFAST_TOKEN_FILE)\n");
        assertThat(end(begin(Map.of("HOLDFAST_TOKEN", "two words"), "true"))).startsWith("64 ");
        assertThat(refused).containsExactly("PUT null", "PUT two");
    }

    @Test
    void whoMayNotIsToldWhatIsMissing() throws Exception {
        forbids = true;

        assertThat(end(begin(Map.of("HOLDFAST_TOKEN", "one"), "true")))
                .isEqualTo("77 with-lock: The token lacks the scope locks:write.\n");
    }

    @Test
    void aCommandOutlivesATokenThatItsFileReplacesInTime() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), "one\n");
        Process process =
                begin(Map.of("HOLDFAST_TOKEN_FILE", file.toString()), "sh", "-c", "touch up; read line; exit 0");
        until(() -> Files.exists(folder.resolve("up")));

        valid = "two";
        until(() -> refused.contains("PUT one"));
        Files.writeString(file, "two\n");
        until(() -> believed.contains("PUT two"));

        assertThat(end(process)).isEqualTo("0 ");
        assertThat(believed).last().isEqualTo("DELETE two");
    }

    @Test
    void aCommandWhoseTokenStaysRefusedEndsBeforeItsLeaseDoes() throws Exception {
        Process process = begin(Map.of("HOLDFAST_TOKEN", "one"), "sh", "-c", "touch up; sleep 60");
        until(() -> Files.exists(folder.resolve("up")));
        valid = "two";

        assertThat(end(process))
                .isEqualTo("124 with-lock: the lease on job was not renewed in time: ended the command\n");
        assertThat(refused.stream().filter("PUT one"::equals)).hasSizeGreaterThan(1);
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(LIMIT).until(condition::getAsBoolean);
    }

    private Process begin(Map<String, String> environment, String... command) throws IOException {
        String script = SharedSuite.ROOT.toRealPath().resolve("bin/with-lock").toString();
        var builder = new ProcessBuilder(Stream.concat(Stream.of(script, "-t", "6", "job", "--"), Stream.of(command))
                        .toList())
                .directory(folder.toFile());
        builder.environment().remove("HOLDFAST_TOKEN");
        builder.environment()
                .put("HOLDFAST_URL", "http://127.0.0.1:" + service.getAddress().getPort());
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** The exit code, and what was said. */
    private static String end(Process process) throws Exception {
        process.getOutputStream().close();
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + said;
    }
}
