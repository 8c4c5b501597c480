package dev.holdfast.inventory;

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
import java.util.UUID;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The service on a free port, spoken to as a client does. */
@SpringBootTest(
        classes = InventoryServiceApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.name=application,demo-inventory-service",
            "spring.application.name=demo-inventory-service",
            "server.address=127.0.0.1",
            "management.server.address=127.0.0.1",
            "management.server.port=0",
            "eureka.client.enabled=false",
            "eureka.instance.instance-id=inventory-under-test",
            "holdfast.drain.window=0",
            "HOLDFAST_POSTGRES_USER=postgres"
        })
abstract class ServiceTest {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    static final TestIssuer ISSUER = TestIssuer.shared();
    static final TestToken EVERYTHING =
            ISSUER.token().subject("tester").scopes("orders:read", "orders:stock", "orders:reserve");
    private static final String BEARER = EVERYTHING.bearer();

    @LocalServerPort
    int port;

    @Autowired
    JdbcClient jdbc;

    final String sku = "sku-" + UUID.randomUUID();

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

        /** {@code 409 out-of-stock}, or the status alone when it is no problem. */
        String summary() {
            boolean problem = header("Content-Type").startsWith("application/problem+json");
            return problem
                    ? status() + " " + json().path("type").stringValue().replace("/problems/", "")
                    : String.valueOf(status());
        }
    }

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry properties) {
        ISSUER.settings().forEach((name, value) -> properties.add(name, () -> value));
    }

    Answer stock(String of) {
        return send("GET", "/stock/" + of, "");
    }

    Answer restock(int quantity, String... headers) {
        return send("POST", "/stock/" + sku + "/restock", "{\"quantity\":" + quantity + "}", headers);
    }

    Answer reserve(UUID order, int quantity, long token) {
        return send(
                "PUT",
                "/reservations/" + order,
                "{\"sku\":\"" + sku + "\",\"quantity\":" + quantity + "}",
                "Fencing-Token",
                String.valueOf(token));
    }

    Answer confirm(UUID order, long token) {
        return send("PUT", "/reservations/" + order + "/confirmation", "", "Fencing-Token", String.valueOf(token));
    }

    Answer cancel(UUID order, long token) {
        return send(
                "PUT",
                "/reservations/" + order + "/cancellation?sku=" + sku,
                "",
                "Fencing-Token",
                String.valueOf(token));
    }

    /** {@code available/reserved/sold/stocked fence} */
    String counts() {
        JsonNode stock = stock(sku).json();
        return "%s/%s/%s/%s %s"
                .formatted(
                        stock.path("available"),
                        stock.path("reserved"),
                        stock.path("sold"),
                        stock.path("stocked"),
                        stock.path("fence"));
    }

    /** With a token that may everything here. */
    Answer send(String method, String path, String body, String... headers) {
        return sendAs(BEARER, method, path, body, headers);
    }

    /** @param authorization the header of this name; empty for none */
    Answer sendAs(String authorization, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    private static Answer send(HttpRequest request) {
        try {
            return new Answer(CLIENT.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
