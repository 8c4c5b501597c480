package dev.holdfast.launcher.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.launcher.suite.Suite;
import dev.holdfast.launcher.suite.SuiteOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The story, told of a service that keeps no promise: whoever asks is granted, always by the same instance, any token. */
class StoryTest {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server = begin(0);
    private final HttpServer issuer;
    private final Suite neverStarted;
    private final Story story;

    StoryTest(@TempDir Path nowhere) throws IOException {
        neverStarted =
                new Suite(new SuiteOptions(nowhere, nowhere, server.getAddress().getPort(), 1, line -> {}));
        issuer = begin(neverStarted.issuer().uri().getPort());
        Files.createDirectory(nowhere.resolve("secrets"));
        Files.writeString(nowhere.resolve("secrets/HOLDFAST_DEMO_SECRET"), "none");
        story = new Story(neverStarted);
    }

    private HttpServer begin(int port) throws IOException {
        HttpServer begun = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 0);
        begun.setExecutor(threads);
        begun.createContext("/", StoryTest::grant);
        begun.start();
        return begun;
    }

    @AfterEach
    void stop() {
        story.close();
        neverStarted.close();
        server.stop(0);
        issuer.stop(0);
        threads.shutdownNow();
    }

    @TestFactory
    Stream<DynamicTest> noPromiseHolds() {
        return story.chapters().stream()
                .map(chapter -> DynamicTest.dynamicTest(
                        chapter.promise(), () -> assertThat(chapter.tell()).returns(false, Verdict::holds)));
    }

    private static void grant(HttpExchange exchange) throws IOException {
        boolean ensures = exchange.getRequestMethod().equals("PUT");
        byte[] body = """
                {"state":"%s","position":1,"fencingToken":7,"elapsedMillis":0,"expiresInMillis":30000,\
                "access_token":"any","expires_in":3600}""".formatted(ensures ? "HELD" : "WAITING").getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().add("Holdfast-Instance", "lock-service-1");
        exchange.sendResponseHeaders(ensures ? 201 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
