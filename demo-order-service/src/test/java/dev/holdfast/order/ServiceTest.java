package dev.holdfast.order;

import dev.holdfast.testing.TestPostgres;
import dev.holdfast.testing.issuer.TestIssuer;
import dev.holdfast.testing.issuer.TestToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two instances on free ports with one real PostgreSQL, spoken to as clients do. They end with this JVM. */
abstract class ServiceTest {

    static final TestIssuer ISSUER = TestIssuer.shared();
    static final TestToken EVERYTHING = ISSUER.token().subject("tester").scopes("orders:read", "orders:write");
    private static final String BEARER = EVERYTHING.bearer();
    static final ScriptedTokens TOKENS = new ScriptedTokens();
    static final ScriptedInventory INVENTORY = new ScriptedInventory();
    static final ScriptedLocks LOCKS = new ScriptedLocks();
    static final TestPostgres POSTGRES = new TestPostgres("orders");
    /** These leave orders to their tests, for now. */
    static final Instance ONE = new Instance("order-1", POSTGRES, LOCKS, "--demo.recovery.after=1h");

    static final Instance OTHER = new Instance("order-2", POSTGRES, LOCKS, "--demo.recovery.after=1h");

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    final String sku = "sku-" + UUID.randomUUID();
    final String key = "key " + UUID.randomUUID();

    @BeforeEach
    void allIsWell() {
        INVENTORY.mend();
        LOCKS.setAvailable(true);
        INVENTORY.stock(sku, 10);
    }

    /** A running order service. */
    static final class Instance {

        private final ConfigurableApplicationContext service;

        Instance(String id, TestPostgres postgres, ScriptedLocks locks, String... settings) {
            this(OrderServiceApplication.class, id, postgres, locks, settings);
        }

        /** @param more a bean of its own */
        Instance(Class<?> more, String id, TestPostgres postgres, ScriptedLocks locks, String... settings) {
            List<String> arguments = List.of(
                    "--spring.config.name=application,demo-order-service",
                    "--spring.application.name=demo-order-service",
                    "--server.address=127.0.0.1",
                    "--server.port=0",
                    "--server.tomcat.connection-timeout=1s",
                    "--management.server.address=127.0.0.1",
                    "--management.server.port=0",
                    "--eureka.client.enabled=false",
                    "--eureka.instance.instance-id=" + id,
                    "--holdfast.drain.window=0",
                    "--spring.cloud.discovery.client.simple.instances.lock-service[0].uri=" + locks.address(),
                    "--spring.cloud.discovery.client.simple.instances.demo-inventory-service[0].uri="
                            + INVENTORY.address(),
                    "--HOLDFAST_POSTGRES=" + postgres.address(),
                    "--HOLDFAST_POSTGRES_USER=postgres",
                    "--spring.security.oauth2.client.provider.holdfast.token-uri=" + TOKENS.address(),
                    "--HOLDFAST_CLIENT_SECRET=a-secret");
            List<String> issuer = ISSUER.settings().entrySet().stream()
                    .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                    .toList();
            service = new SpringApplicationBuilder(OrderServiceApplication.class, more)
                    .run(Stream.of(arguments, issuer, List.of(settings))
                            .flatMap(List::stream)
                            .toArray(String[]::new));
        }

        <T> T bean(Class<T> type) {
            return service.getBean(type);
        }

        /** Takes no more work, as at its end. */
        void endDesk() {
            service.getBean("orderDesk", SmartLifecycle.class).stop();
        }

        JdbcClient jdbc() {
            return bean(JdbcClient.class);
        }

        URI uri(String path) {
            return URI.create("http://127.0.0.1:" + port("local.server.port") + path);
        }

        URI management(String path) {
            return URI.create("http://127.0.0.1:" + port("local.management.port") + path);
        }

        private String port(String property) {
            return service.getEnvironment().getRequiredProperty(property);
        }
    }

    /** An answer and its JSON. */
    record Answer(HttpResponse<String> response) {

        int status() {
            return response.statusCode();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(response.body());
        }

        /** {@code 409 out-of-stock}, or the status and the order's. */
        String summary() {
            boolean problem = header("Content-Type").startsWith("application/problem+json");
            return status() + " "
                    + (problem
                            ? json().path("type").stringValue().replace("/problems/", "")
                            : json().path("status").asString());
        }
    }

    Answer order(Instance instance, int quantity) {
        return orderAsync(instance, quantity).join();
    }

    CompletableFuture<Answer> orderAsync(Instance instance, int quantity) {
        return sendAsync(post(instance, "{\"sku\":\"" + sku + "\",\"quantity\":" + quantity + "}"));
    }

    HttpRequest post(Instance instance, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(instance.uri("/orders"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("Authorization", BEARER)
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    static Answer get(URI uri) {
        return get(uri, BEARER);
    }

    static Answer get(URI uri, String authorization) {
        return send(HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", authorization)
                .build());
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

    static CompletableFuture<Answer> sendAsync(HttpRequest request) {
        return CLIENT.sendAsync(request, BodyHandlers.ofString()).thenApply(Answer::new);
    }

    /** What is stored under the key: its status and its steps in order. */
    String stored() {
        return stored(OTHER);
    }

    String stored(Instance instance) {
        JsonNode order = read(instance);
        return order.path("status").asString() + " "
                + order.path("steps")
                        .valueStream()
                        .map(step -> step.path("step").asString())
                        .toList();
    }

    /** The order under the key, with all that is told of it. */
    JsonNode read(Instance instance) {
        String id = instance.jdbc()
                .sql("select id::text from orders where idempotency_key like '%' || ?")
                .param(key)
                .query(String.class)
                .single();
        String admin = ISSUER.token().scopes("orders:admin").bearer();
        return get(instance.uri("/orders/" + id), admin).json();
    }
}
