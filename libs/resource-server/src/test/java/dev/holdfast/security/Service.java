package dev.holdfast.security;

import static dev.holdfast.security.AccessRules.allow;
import static dev.holdfast.security.AccessRules.open;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpMethod;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** A small service on a free port, of either kind, with its Actuator on another. */
final class Service implements AutoCloseable {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final ConfigurableApplicationContext context;

    private Service(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static Service start(WebApplicationType type, Map<String, String> settings) {
        return new Service(new SpringApplicationBuilder(Application.class)
                .web(type)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "management.server.port=0",
                        "management.server.address=127.0.0.1",
                        "management.endpoints.web.exposure.include=*",
                        "management.endpoint.health.probes.enabled=true",
                        // Both servers are on the class path of these tests.
                        "spring.autoconfigure.exclude=org.springframework.boot.tomcat.autoconfigure.actuate.web.server"
                                + ".TomcatReactiveManagementContextAutoConfiguration",
                        "spring.main.banner-mode=off")
                .properties(Map.<String, Object>copyOf(settings))
                .run());
    }

    HttpResponse<String> send(String method, String path, String... headers) {
        return send("local.server.port", method, path, headers);
    }

    HttpResponse<String> ofActuator(String path, String... headers) {
        return send("local.management.port", "GET", path, headers);
    }

    private HttpResponse<String> send(String port, String method, String path, String... headers) {
        URI uri = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty(port) + path);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody());
        try {
            return CLIENT.send(
                    (headers.length > 0 ? request.headers(headers) : request).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    static Optional<String> header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name);
    }

    @Override
    public void close() {
        context.close();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Things.class)
    static class Application {

        @Bean
        AccessRules access() {
            return AccessRules.of(
                    open("/open/**"),
                    allow(HttpMethod.GET, "/things/{namespace}", "things:read", "things:write"),
                    allow(HttpMethod.POST, "/things/{namespace}", "things:write"));
        }
    }

    @RestController
    static class Things {

        @GetMapping("/things/{namespace}")
        String read(@PathVariable String namespace, Caller caller) {
            return caller + " reads " + namespace;
        }

        @PostMapping("/things/{namespace}")
        String write(@PathVariable String namespace, Caller caller) {
            return caller + " writes " + namespace;
        }

        @GetMapping("/forgotten")
        String forgotten() {
            return "in no row of the table";
        }

        @GetMapping("/open/door")
        String open() {
            return "open";
        }
    }
}
