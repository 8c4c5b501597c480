package dev.holdfast.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.netflix.eureka.EurekaServerConfig;
import dev.holdfast.defaults.HoldfastApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.cloud.netflix.eureka.server.EurekaServerConfigBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.http.HttpHeaders;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegistryServiceTest {

    /** With what means something to a URI, to a shell, or to basic authentication. */
    private static final String PASSWORD = "p:ä@ss/w%20rd#?&+\\\"";

    private static final String RIGHT = basic("holdfast", PASSWORD);

    private final HttpClient client = HttpClient.newHttpClient();
    private ConfigurableApplicationContext registry;

    @BeforeAll
    void start() throws Exception {
        registry = HoldfastApplication.run(
                RegistryServiceApplication.class,
                "registry-service",
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--management.server.port=0",
                "--management.server.address=127.0.0.1",
                "--HOLDFAST_REGISTRY_PASSWORD=" + PASSWORD);
        // One that just started and knows nobody does not say that there is nobody.
        await().untilAsserted(() -> assertThat(get("/eureka/apps").statusCode()).isEqualTo(200));
    }

    @AfterAll
    void stop() {
        registry.close();
    }

    @Test
    void aRegisteredInstanceIsFoundAtOnceAndADeregisteredOneIsGoneAtOnce() throws Exception {
        assertThat(register("LOCK-SERVICE", "127.0.0.1:lock-service:8081", RIGHT))
                .isEqualTo(204);
        assertThat(get("/eureka/apps/LOCK-SERVICE").body()).contains("\"127.0.0.1:lock-service:8081\"", "\"UP\"");
        assertThat(get("/eureka/apps").body()).contains("\"127.0.0.1:lock-service:8081\"");

        send("DELETE", "/eureka/apps/LOCK-SERVICE/127.0.0.1:lock-service:8081", BodyPublishers.noBody());

        assertThat(get("/eureka/apps/LOCK-SERVICE").statusCode()).isEqualTo(404);
        assertThat(get("/eureka/apps").body()).doesNotContain("127.0.0.1:lock-service:8081");
    }

    @Test
    void theRegistryIsReadyOnItsManagementPortOnly() throws Exception {
        int management = port("local.management.port");

        assertThat(get(management, "/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(get(management, "/actuator/health/readiness").body()).contains("readinessState");
        assertThat(get("/actuator/health").statusCode()).isEqualTo(404);
        assertThat(send(management, "GET", "/actuator", BodyPublishers.noBody(), RIGHT)
                        .statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void whoDoesNotKnowThePasswordNeitherRegistersNorLooks(String authorization) throws Exception {
        assertThat(register("ROGUE", "rogue", authorization)).isEqualTo(401);
        int port = port("local.server.port");
        for (String path : List.of("/eureka/apps", "/eureka/apps/ROGUE", "/", "/lastn", "/eureka/css/wro.css")) {
            HttpResponse<String> refused = send(port, "GET", path, BodyPublishers.noBody(), authorization);
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElse(""))
                    .startsWith("Basic ");
        }

        assertThat(get("/eureka/apps/ROGUE").statusCode()).isEqualTo(404);
        assertThat(get("/eureka/apps").body()).doesNotContainIgnoringCase("rogue");
    }

    private static List<String> wrong() {
        return List.of(
                "", basic("holdfast", "p"), basic("holdfast", ""), basic("other", PASSWORD), "Bearer " + PASSWORD);
    }

    @Test
    void theDashboardOpensWithThePassword() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("Instances currently registered");
    }

    @Test
    void withoutAPasswordItDoesNotStart() {
        assertThatThrownBy(() -> HoldfastApplication.run(
                                RegistryServiceApplication.class,
                                "registry-service",
                                "--server.port=0",
                                "--management.server.port=0")
                        .close())
                .hasRootCauseInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasStackTraceContaining("HOLDFAST_REGISTRY_PASSWORD");
    }

    @Test
    void inProductionManyInstancesThatFallSilentAtOnceAreKept() {
        assertThat(registry.getBean(EurekaServerConfig.class).shouldEnableSelfPreservation())
                .isFalse();

        EurekaServerConfig production = productionSettings();
        assertThat(production.shouldEnableSelfPreservation()).isTrue();
        assertThat(production.getExpectedClientRenewalIntervalSeconds()).isEqualTo(5);
    }

    private static EurekaServerConfig productionSettings() {
        StandardEnvironment environment = new StandardEnvironment();
        Map<String, Object> start =
                Map.of("spring.config.name", "application,registry-service", "spring.profiles.active", "production");
        environment.getPropertySources().addFirst(new MapPropertySource("start", start));
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        return Binder.get(environment)
                .bind("eureka.server", EurekaServerConfigBean.class)
                .get();
    }

    private int port(String name) {
        return registry.getEnvironment().getRequiredProperty(name, Integer.class);
    }

    private int register(String service, String instance, String authorization) throws Exception {
        BodyPublisher body = BodyPublishers.ofString("""
                {"instance": {
                  "instanceId": "%s", "app": "%s", "vipAddress": "lock-service",
                  "hostName": "127.0.0.1", "ipAddr": "127.0.0.1", "status": "UP",
                  "port": {"$": 8081, "@enabled": "true"},
                  "dataCenterInfo": {
                    "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
                  "leaseInfo": {"durationInSecs": 60}
                }}""".formatted(instance, service));
        return send(port("local.server.port"), "POST", "/eureka/apps/" + service, body, authorization)
                .statusCode();
    }

    private static String basic(String user, String password) {
        return "Basic " + HttpHeaders.encodeBasicAuth(user, password, UTF_8);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, BodyPublishers.noBody());
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        return send(port, "GET", path, BodyPublishers.noBody(), "");
    }

    private HttpResponse<String> send(String method, String path, BodyPublisher body) throws Exception {
        return send(port("local.server.port"), method, path, body, RIGHT);
    }

    private HttpResponse<String> send(int port, String method, String path, BodyPublisher body, String authorization)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, body)
                .header("Content-Type", "application/json")
                .header("Accept", path.equals("/") ? "text/html" : "application/json");
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
