package dev.holdfast.defaults.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.lock.api.ProblemKind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.NotAcceptableStatusException;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.UnsupportedMediaTypeStatusException;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServer;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OutputCaptureExtension.class)
class ReactiveProblemHandlerTest {

    private static final String SECRET = "jdbc:secret";

    private final ReactiveProblemHandler handler =
            new ReactiveProblemHandler(JsonMapper.builder().build());
    private final HttpClient client = HttpClient.newHttpClient();
    private DisposableServer server =
            HttpServer.create().host("127.0.0.1").port(0).bindNow();

    @AfterEach
    void stop() {
        server.disposeNow();
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                arguments(new ResponseStatusException(HttpStatus.NOT_FOUND, SECRET), ProblemKind.NOT_FOUND),
                arguments(new ServerWebInputException(SECRET), ProblemKind.MALFORMED_REQUEST),
                arguments(new ResponseStatusException(HttpStatus.GONE), ProblemKind.MALFORMED_REQUEST),
                arguments(new InvalidMediaTypeException(";;", SECRET), ProblemKind.MALFORMED_REQUEST),
                arguments(new MethodNotAllowedException("PATCH", null), ProblemKind.METHOD_NOT_ALLOWED),
                arguments(new NotAcceptableStatusException(SECRET), ProblemKind.NOT_ACCEPTABLE),
                arguments(
                        new UnsupportedMediaTypeStatusException(MediaType.TEXT_XML, List.of()),
                        ProblemKind.UNSUPPORTED_MEDIA_TYPE),
                arguments(new ResponseStatusException(HttpStatus.CONTENT_TOO_LARGE), ProblemKind.BODY_TOO_LARGE),
                arguments(new DataBufferLimitException(SECRET), ProblemKind.BODY_TOO_LARGE),
                arguments(
                        new ServerWebInputException(SECRET, null, new DataBufferLimitException(SECRET)),
                        ProblemKind.BODY_TOO_LARGE),
                arguments(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(new ResponseStatusException(HttpStatus.GATEWAY_TIMEOUT), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(new ConnectException(SECRET), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(new IOException("Connection reset by peer"), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(new TimeoutException(SECRET), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(new AbortedException(SECRET), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(new ProblemException(Problem.of(ProblemKind.LOCK_HELD, "Busy.")), ProblemKind.LOCK_HELD),
                arguments(new ResponseStatusException(HttpStatus.BAD_GATEWAY), ProblemKind.SERVICE_UNAVAILABLE),
                arguments(
                        new ResponseStatusException(HttpStatus.INTERNAL_SERVER_ERROR, SECRET),
                        ProblemKind.INTERNAL_ERROR),
                arguments(new IllegalStateException(SECRET), ProblemKind.INTERNAL_ERROR),
                arguments(new StackOverflowError(SECRET), ProblemKind.INTERNAL_ERROR));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void everyErrorIsAProblemWithoutTheErrorsOwnMessage(Throwable error, ProblemKind kind) throws Exception {
        serve(exchange -> Mono.error(error));

        HttpResponse<String> answer = get("/some/path;x=%41?query");

        assertThat(answer.statusCode()).isEqualTo(kind.status());
        assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        assertThat(header(answer, "Retry-After")).isEqualTo(kind.status() == 503 ? "1" : "");
        assertThat(answer.body()).doesNotContain(SECRET).doesNotContain("Exception");
        assertThat(members(answer))
                .containsEntry("type", kind.type())
                .containsEntry("title", kind.title())
                .containsEntry("status", kind.status())
                .containsEntry("retryable", kind.retryable())
                .containsEntry("instance", "/some/path;x=%41")
                .containsKey("detail");
    }

    @Test
    void anUnexpectedErrorIsLoggedOnceUnderTheIdThatTheAnswerGives(CapturedOutput output) throws Exception {
        serve(exchange -> Mono.error(new IllegalStateException(SECRET)));

        String detail = String.valueOf(members(get("/")).get("detail"));

        String id = detail.replaceFirst(".*is ([0-9a-f-]{36})\\.$", "$1");
        assertThat(output.toString()).containsOnlyOnce(id).containsOnlyOnce(SECRET);
    }

    @Test
    void anExpectedProblemIsNotLogged(CapturedOutput output) throws Exception {
        serve(exchange -> Mono.error(new ProblemException(Problem.of(ProblemKind.NOT_FOUND))));

        get("/");

        assertThat(output.toString()).isEmpty();
    }

    @Test
    void aMethodThatDoesNotApplyNamesThoseThatDo() throws Exception {
        serve(exchange -> Mono.error(new MethodNotAllowedException("PATCH", Set.of(HttpMethod.PUT))));

        assertThat(header(get("/"), "Allow")).isEqualTo("PUT");
    }

    @Test
    void aWrittenProblemHasItsExtensionsAndItsRetryAfterInWholeSeconds() throws Exception {
        Problem problem = Problem.of(ProblemKind.QUEUE_FULL, "Full.")
                .with("waiters", List.of("a", "b"))
                .retryAfter(Duration.ofMillis(2_001));
        serve(exchange -> handler.write(exchange, problem));

        HttpResponse<String> answer = get("/");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(header(answer, "Retry-After")).isEqualTo("3");
        assertThat(members(answer)).containsEntry("waiters", List.of("a", "b")).containsEntry("detail", "Full.");
    }

    @Test
    void whatAHalfMadeAnswerHadSetIsGone() throws Exception {
        serve(exchange -> {
            exchange.getResponse().getHeaders().setContentLength(5);
            exchange.getResponse().getHeaders().setETag("\"7\"");
            exchange.getResponse().getHeaders().add("Content-Encoding", "gzip");
            return Mono.error(new IOException("broken off"));
        });

        HttpResponse<String> answer = get("/");

        assertThat(answer.headers().map()).doesNotContainKeys("etag", "content-encoding");
        assertThat(members(answer)).containsEntry("status", 503);
    }

    @Test
    void anExtensionCannotTakeAMembersName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Problem.of(ProblemKind.NOT_FOUND).with("status", 200));
    }

    private void serve(WebHandler webHandler) {
        server.disposeNow();
        server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(WebHttpHandlerBuilder.webHandler(webHandler)
                        .exceptionHandler(handler)
                        .build()))
                .bindNow();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> members(HttpResponse<String> answer) {
        return JsonMapper.builder().build().readValue(answer.body(), Map.class);
    }
}
