package dev.holdfast.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.netflix.eureka.EurekaServerConfig;
import com.netflix.eureka.registry.PeerAwareInstanceRegistry;
import dev.holdfast.defaults.HoldfastApplication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.netflix.eureka.server.EurekaServerConfigBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegistryServiceTest {

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
                "--management.server.address=127.0.0.1");
        // One that just started and knows nobody does not say that there is nobody.
        var instances = registry.getBean(PeerAwareInstanceRegistry.class);
        await().until(() -> !instances.shouldAllowAccess(false));
        await().untilAsserted(() -> assertThat(get("/eureka/apps").statusCode()).isEqualTo(200));
    }

    @AfterAll
    void stop() {
        registry.close();
    }

    @Test
    void aRegisteredInstanceIsFoundAtOnceAndADeregisteredOneIsGoneAtOnce() throws Exception {
        HttpResponse<String> registered = send("POST", "/eureka/apps/LOCK-SERVICE", BodyPublishers.ofString("""
                {"instance": {
                  "instanceId": "127.0.0.1:lock-service:8081",
                  "app": "LOCK-SERVICE", "vipAddress": "lock-service",
                  "hostName": "127.0.0.1", "ipAddr": "127.0.0.1", "status": "UP",
                  "port": {"$": 8081, "@enabled": "true"},
                  "dataCenterInfo": {
                    "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
                  "leaseInfo": {"durationInSecs": 60}
                }}"""));
        assertThat(registered.statusCode()).isEqualTo(204);
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

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, BodyPublishers.noBody());
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        return send(port, "GET", path, BodyPublishers.noBody());
    }

    private HttpResponse<String> send(String method, String path, BodyPublisher body) throws Exception {
        return send(port("local.server.port"), method, path, body);
    }

    private HttpResponse<String> send(int port, String method, String path, BodyPublisher body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, body)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
