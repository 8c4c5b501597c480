package dev.holdfast.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.defaults.HoldfastApplication;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;

/** Two registries that know each other: one in this JVM, one in a process of its own. */
class PeersTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String PASSWORD = "p:ä@ss/w%20rd";

    private final HttpClient client = HttpClient.newHttpClient();
    private final int here = freePort();
    private final int there = freePort();
    private final ConfigurableApplicationContext registry =
            HoldfastApplication.run(RegistryServiceApplication.class, "registry-service", arguments("127.0.0.1", here));
    private Process peer = startPeer();

    PeersTest() throws IOException {}

    @AfterEach
    void stop() {
        peer.destroyForcibly();
        registry.close();
    }

    @Test
    void eachTellsTheOtherAndOneThatComesBackKnowsItAll() throws Exception {
        awaitFound(there, "registry-service");
        register(here, "lock-service", "one");
        awaitFound(there, "one");
        register(there, "lock-service", "two");
        awaitFound(here, "two");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(get(here, "/eureka/status"))
                .containsPattern("available-replicas>http://localhost:" + there)
                .doesNotContainPattern("unavailable-replicas>http"));

        peer.destroyForcibly().waitFor();
        register(here, "lock-service", "three");
        assertThat(get(here, "/eureka/apps/LOCK-SERVICE")).contains("\"one\"", "\"two\"", "\"three\"");

        peer = startPeer();
        awaitFound(there, "three");
        assertThat(get(there, "/eureka/apps/LOCK-SERVICE")).contains("\"one\"", "\"two\"", "\"three\"");
    }

    /** Hosts tell peers apart. */
    private String[] arguments(String host, int port) {
        return new String[] {
            "--spring.profiles.active=peers",
            "--server.address=127.0.0.1",
            "--server.port=" + port,
            "--management.server.port=-1",
            "--HOLDFAST_HOST=" + host,
            "--HOLDFAST_REGISTRY_PASSWORD=" + PASSWORD,
            "--HOLDFAST_REGISTRY=http://localhost:" + there + "/eureka/,http://127.0.0.1:" + here + "/eureka/"
        };
    }

    private Process startPeer() throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                RegistryServiceApplication.class.getName()));
        command.addAll(List.of(arguments("localhost", there)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/peer.log")))
                .start();
    }

    private void register(int port, String service, String instance) throws Exception {
        HttpRequest request = request(port, "/eureka/apps/" + service)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"instance": {
                          "instanceId": "%s", "app": "LOCK-SERVICE", "vipAddress": "lock-service",
                          "hostName": "127.0.0.1", "ipAddr": "127.0.0.1", "status": "UP",
                          "port": {"$": 8081, "@enabled": "true"},
                          "dataCenterInfo": {
                            "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
                          "leaseInfo": {"durationInSecs": 300}
                        }}""".formatted(instance)))
                .build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(204);
    }

    private void awaitFound(int port, String text) {
        await().atMost(LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> assertThat(get(port, "/eureka/apps")).containsIgnoringCase(text));
    }

    private String get(int port, String path) throws Exception {
        HttpRequest request = request(port, path)
                .header("Accept", path.endsWith("status") ? "application/xml" : "application/json")
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Basic " + HttpHeaders.encodeBasicAuth("holdfast", PASSWORD, UTF_8))
                .timeout(Duration.ofSeconds(5));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
