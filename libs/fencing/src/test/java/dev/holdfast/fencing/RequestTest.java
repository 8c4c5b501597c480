package dev.holdfast.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** A token on its way into a controller, of Spring MVC and of Spring WebFlux. */
class RequestTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void aControllerTakesTheToken(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext resource = start(type)) {
            assertThat(get(resource, "/required", "42")).isEqualTo("200 42");
            assertThat(get(resource, "/optional", "9007199254740991")).isEqualTo("200 9007199254740991");
            assertThat(get(resource, "/optional")).isEqualTo("200 none");
            assertThat(get(resource, type == WebApplicationType.SERVLET ? "/thread" : "/context", "42"))
                    .isEqualTo("200 42");
            assertThat(get(resource, "/required")).startsWith("400");
            assertThat(get(resource, "/stale", "42")).startsWith("409");
            for (String malformed :
                    List.of("", "0", "-1", "01", "1.0", "1e3", "abc", "1,2", "9007199254740992", "12345678901234567")) {
                assertThat(get(resource, "/required", malformed))
                        .startsWith("400")
                        .doesNotContain("Exception");
                assertThat(get(resource, "/optional", malformed)).startsWith("400");
            }
            assertThat(get(resource, "/optional", "1", "2")).startsWith("400");
        }
    }

    private static ConfigurableApplicationContext start(WebApplicationType type) {
        return new SpringApplicationBuilder(Resource.class)
                .web(type)
                .properties("server.port=0", "server.address=127.0.0.1", "spring.main.banner-mode=off")
                .run();
    }

    private String get(ConfigurableApplicationContext resource, String path, String... tokens)
            throws IOException, InterruptedException {
        String port = resource.getEnvironment().getProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        for (String token : tokens) {
            request.header("Fencing-Token", token);
        }
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration(excludeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
    @Import(Controller.class)
    static class Resource {}

    @RestController
    static class Controller {

        @GetMapping("/required")
        String required(FencingToken token) {
            return String.valueOf(token.value());
        }

        @GetMapping("/optional")
        String optional(Optional<FencingToken> token) {
            return text(token);
        }

        @GetMapping("/thread")
        String thread() {
            return text(FencingToken.ofCurrentRequest());
        }

        @GetMapping("/context")
        Mono<String> context() {
            return Mono.deferContextual(context -> Mono.just(text(FencingTokenWebFilter.tokenIn(context))));
        }

        @GetMapping("/stale")
        String stale(FencingToken token) {
            throw new StaleTokenException(token, token.value() + 1);
        }

        private static String text(Optional<FencingToken> token) {
            return token.map(FencingToken::value).map(String::valueOf).orElse("none");
        }
    }
}
