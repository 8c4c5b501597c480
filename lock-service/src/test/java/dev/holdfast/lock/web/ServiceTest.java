package dev.holdfast.lock.web;

import dev.holdfast.lock.LockServiceApplication;
import dev.holdfast.testing.issuer.TestIssuer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service on a free port, spoken to as a client does. */
@SpringBootTest(
        classes = LockServiceApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.name=application,lock-service",
            "spring.application.name=lock-service",
            "server.address=127.0.0.1",
            "management.server.address=127.0.0.1",
            "management.server.port=0",
            "eureka.client.enabled=false",
            "eureka.instance.instance-id=lock-service-under-test",
            "holdfast.drain.window=0",
            "holdfast.server.read-timeout=1s",
            "holdfast.namespaces[n-small.er].max-ttl=15s",
            "holdfast.namespaces[n-small.er].max-metadata=20B",
            "holdfast.namespaces[n-small.er].max-leases=4",
            "holdfast.namespaces[n-small.er].max-queued=2",
            "holdfast.namespaces[n-small.er].max-waiters=1",
            "holdfast.namespaces[n-small.er].max-ended=1",
            "holdfast.events.max-followers=8"
        })
abstract class ServiceTest {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private static final JsonMapper JSON = JsonMapper.shared();
    /** Of a caller who may do everything, everywhere; what a request has that names no other. */
    static final String BEARER = TestIssuer.shared()
            .token()
            .scopes("locks:read", "locks:write", "locks:admin")
            .namespaces("*")
            .bearer();

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry properties) {
        TestIssuer.shared().settings().forEach((name, value) -> properties.add(name, () -> value));
    }

    @LocalServerPort
    int port;

    String namespace = "n-" + UUID.randomUUID();

    /** An answer and its JSON. */
    record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        JsonNode json() {
            return JSON.readTree(response.body());
        }

        /** {@code 409 lock-held}, or the status alone when it is no problem. */
        String summary() {
            boolean problem = header("Content-Type").startsWith("application/problem+json");
            return problem
                    ? status() + " " + json().path("type").stringValue().replace("/problems/", "")
                    : String.valueOf(status());
        }
    }

    String leasePath(String id) {
        return "/v1/namespaces/" + namespace + "/leases/" + id;
    }

    String lockPath(String name) {
        return "/v1/namespaces/" + namespace + "/locks/" + name;
    }

    static String newId() {
        return UUID.randomUUID().toString();
    }

    static String body(String lock, String ttl) {
        return "{\"locks\":[{\"name\":\"%s\"}],\"ttl\":\"%s\"}".formatted(lock, ttl);
    }

    Answer put(String id, String body, String... headers) {
        return putAsync(id, body, headers).join();
    }

    CompletableFuture<Answer> putAsync(String id, String body, String... headers) {
        HttpRequest.Builder request = request(leasePath(id), headers)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body));
        return CLIENT.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(Answer::new);
    }

    Answer get(String path, String... headers) {
        return send("GET", path, headers);
    }

    Answer post(String path, String body) {
        return send(request(path, "Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    Answer delete(String id, String... headers) {
        return send("DELETE", leasePath(id), headers);
    }

    Answer send(String method, String path, String... headers) {
        return send(
                request(path, headers).method(method, BodyPublishers.noBody()).build());
    }

    static Answer send(HttpRequest request) {
        try {
            return new Answer(CLIENT.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(40));
        if (Arrays.stream(headers).noneMatch("Authorization"::equals)) {
            request.header("Authorization", BEARER);
        }
        return headers.length > 0 ? request.headers(headers) : request;
    }
}
