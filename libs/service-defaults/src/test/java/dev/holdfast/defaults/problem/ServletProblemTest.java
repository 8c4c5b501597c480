package dev.holdfast.defaults.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.defaults.request.StrictJson;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.api.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

class ServletProblemTest {

    private static final String SECRET = "jdbc:secret";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static WebServerApplicationContext service;
    private static final AtomicReference<Exception> ERROR = new AtomicReference<>();

    @BeforeAll
    static void start() {
        service = (WebServerApplicationContext) new SpringApplicationBuilder(Service.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--spring.config.name=none",
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.tomcat.connection-timeout=500ms",
                        "--eureka.client.enabled=false",
                        "--eureka.instance.instance-id=sample:1",
                        "--logging.level.root=warn");
    }

    @AfterAll
    static void stop() {
        ((ConfigurableApplicationContext) service).close();
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                arguments(new ProblemException(Problem.of(SampleProblem.OUT_OF_STOCK)), SampleProblem.OUT_OF_STOCK),
                arguments(new DataAccessResourceFailureException(SECRET), ProblemKind.STORE_UNAVAILABLE),
                arguments(new DuplicateKeyException(SECRET), ProblemKind.INTERNAL_ERROR),
                arguments(new IOException(SECRET), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(new TimeoutException(SECRET), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(new IllegalStateException(SECRET), ProblemKind.INTERNAL_ERROR));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void everyErrorIsAProblemWithoutTheErrorsOwnMessage(Exception thrown, ProblemType kind) throws Exception {
        ERROR.set(thrown);

        assertIsProblem(send("GET", "/error-of-mine", "application/json", ""), kind);
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                arguments("GET", "/nope", "application/json", ProblemKind.NOT_FOUND),
                arguments("GET", "/error", "application/json", ProblemKind.NOT_FOUND),
                arguments("GET", "/error-of-mine;x=1", "application/json", ProblemKind.MALFORMED_REQUEST),
                arguments("DELETE", "/error-of-mine", "application/json", ProblemKind.METHOD_NOT_ALLOWED),
                arguments("PUT", "/body", "text/plain", ProblemKind.UNSUPPORTED_MEDIA_TYPE),
                arguments("PUT", "/body", "nonsense", ProblemKind.UNSUPPORTED_MEDIA_TYPE));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aRequestThatReachesNothingIsAProblem(String method, String path, String type, ProblemType kind)
            throws Exception {
        HttpResponse<String> answer = send(method, path, type, "{}");

        assertIsProblem(answer, kind);
        assertThat(answer.headers().firstValue("Holdfast-Instance")).contains("sample:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{}{}", "{\"a\":1,\"a\":2}", "{\"b\":1}"})
    void aBodyThatIsNotTheObjectIsMalformed(String body) throws Exception {
        assertIsProblem(send("PUT", "/body", "application/json", body), ProblemKind.MALFORMED_REQUEST);
    }

    @Test
    void aBodyOverTheLimitIsRefused() throws Exception {
        assertThat(send("PUT", "/body", "application/json", padded(16 * 1024)).statusCode())
                .isEqualTo(200);
        assertIsProblem(send("PUT", "/body", "application/json", padded(16 * 1024 + 1)), ProblemKind.BODY_TOO_LARGE);
    }

    @Test
    void aBodyThatStopsComingIsATimeout() throws Exception {
        assertThat(raw("PUT /body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"))
                .startsWith("HTTP/1.1 408 ")
                .contains(ProblemKind.REQUEST_TIMEOUT.type());
    }

    @Test
    void whatTheContainerRefusesItselfIsAProblem() throws Exception {
        assertThat(raw("TRACE /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405 ")
                .contains(ProblemKind.METHOD_NOT_ALLOWED.type());
        for (String path : List.of("/a%2Fb", "/a%00b", "/{a}", "/a\\b")) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("application/problem+json", ProblemKind.MALFORMED_REQUEST.type())
                    .doesNotContain("Tomcat", "Exception");
        }
    }

    private static void assertIsProblem(HttpResponse<String> answer, ProblemType kind) {
        assertThat(answer.statusCode()).isEqualTo(kind.status());
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(kind.status() == 503);
        assertThat(answer.body()).doesNotContain(SECRET).doesNotContain("Exception");
        assertThat(JsonMapper.shared().readValue(answer.body(), Map.class).get("type"))
                .isEqualTo(kind.type());
    }

    private static String padded(int length) {
        return "{\"a\":\"" + "x".repeat(length - 8) + "\"}";
    }

    private static HttpResponse<String> send(String method, String path, String type, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofString(body))
                .build();
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    /** The whole answer to these bytes, until the server closes the connection. */
    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(5_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int port() {
        return Objects.requireNonNull(service.getWebServer()).getPort();
    }

    @EnableAutoConfiguration
    @Import(Endpoints.class)
    static class Service {}

    @RestController
    static class Endpoints {

        @GetMapping("/error-of-mine")
        void fail() throws Exception {
            throw Objects.requireNonNull(ERROR.get());
        }

        @PutMapping(path = "/body", consumes = "application/json")
        String body(HttpServletRequest request) throws IOException {
            return StrictJson.object(request.getInputStream(), Set.of("a")).toString();
        }
    }
}
