package dev.holdfast.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;
import org.springframework.context.ConfigurableApplicationContext;

/** A Eureka server of its own. */
final class TestRegistry implements AutoCloseable {

    private final HttpClient client = HttpClient.newHttpClient();
    private final ConfigurableApplicationContext server;

    TestRegistry() {
        server = new SpringApplicationBuilder(EurekaServer.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--spring.config.name=test-registry",
                        "--spring.cloud.gateway.server.webflux.enabled=false",
                        // The gateway's, not this server's.
                        "--spring.autoconfigure.exclude=dev.holdfast.security.SecurityAutoConfiguration,"
                                + "dev.holdfast.security.ServletSecurityAutoConfiguration,"
                                + "org.springframework.cloud.gateway.config.GatewayRedisAutoConfiguration",
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--logging.level.root=warn",
                        // The host of the default peer address: this server is its own peer and looks for no other.
                        "--eureka.instance.hostname=localhost",
                        "--eureka.client.register-with-eureka=false",
                        "--eureka.client.fetch-registry=false",
                        "--eureka.server.use-read-only-response-cache=false");
    }

    String address() {
        return "http://127.0.0.1:" + server.getEnvironment().getRequiredProperty("local.server.port") + "/eureka/";
    }

    /** Registers an instance for long enough that it need not renew. */
    void register(String service, int port) throws IOException, InterruptedException {
        send("POST", "apps/" + service, BodyPublishers.ofString("""
                {"instance": {
                  "instanceId": "%1$d", "app": "%2$s", "vipAddress": "%2$s", "status": "UP",
                  "hostName": "127.0.0.1", "ipAddr": "127.0.0.1", "port": {"$": %1$d, "@enabled": "true"},
                  "dataCenterInfo": {
                    "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
                  "leaseInfo": {"durationInSecs": 600}
                }}""".formatted(port, service)));
    }

    void deregister(String service, int port) throws IOException, InterruptedException {
        send("DELETE", "apps/" + service + "/" + port, BodyPublishers.noBody());
    }

    private void send(String method, String path, BodyPublisher body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address() + path))
                .method(method, body)
                .header("Content-Type", "application/json")
                .build();
        int status = client.send(request, BodyHandlers.discarding()).statusCode();
        if (status >= 300) {
            throw new IOException(method + " " + path + ": " + status);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    // Not a @Configuration, or the gateway's scan would find it.
    @EnableAutoConfiguration
    @EnableEurekaServer
    static class EurekaServer {}
}
