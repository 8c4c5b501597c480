package dev.holdfast.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.api.ProblemKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.cloud.client.ServiceInstance;

/** What clients notice when an instance dies, hangs or breaks off. */
class FailoverTest {

    private static final String[] WITH_KEY = {"Idempotency-Key", "k1"};
    private static final String[] WITHOUT_KEY = {"X-Key", "none"};
    private static final int LIMIT = 16 * 1024;
    private static final Duration ONE_TRY = Duration.ofSeconds(1);
    private static final Duration TWO_TRIES = ONE_TRY.multipliedBy(2);
    /** What a busy machine may add. */
    private static final Duration MARGIN = Duration.ofMillis(900);

    private final HttpClient client = HttpClient.newHttpClient();
    private final TestGateway gateway = TestGateway.shared();
    private final List<AutoCloseable> servers = new ArrayList<>();

    @AfterEach
    void everyInstanceLeaves() throws Exception {
        gateway.deregisterAll();
        for (AutoCloseable server : servers) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsIdempotentIsAnsweredByAnotherInstance(Bad kind) throws Exception {
        Backend well = given(new Backend("well"));
        ServiceInstance bad = kind.register(this);

        for (Supplier<HttpRequest> request : List.<Supplier<HttpRequest>>of(
                () -> request("GET", "/v1/echo", noBody()),
                () -> request("PUT", "/v1/echo", body("kept for the next")))) {
            await().until(() -> !gateway.isEjected(bad));
            List<HttpResponse<String>> answers = List.of(send(request.get()), send(request.get()));

            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
            assertThat(answers.get(0).body()).isEqualTo(answers.get(1).body());
            assertThat(gateway.ejected()).containsOnly(bad);
            gateway.ejected().clear();
        }
        assertThat(well.seen()).containsOnly("GET /v1/echo", "PUT /v1/echo");
        assertThat(well.seen()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "DELETE"})
    void soAreHeadAndDelete(String method) throws Exception {
        given(new Backend("well"));
        Bad.DEAD_BUT_LISTED.register(this);

        assertThat(send(request(method, "/v1/who", noBody())).statusCode()).isEqualTo(200);
        assertThat(send(request(method, "/v1/who", noBody())).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPostWithAKeyIsAnsweredByAnotherInstanceOfAServiceThatHonoursKeys(boolean keyed) throws Exception {
        Trap trap = Trap.resetting();
        Backend well = new Backend("well");
        servers.addAll(List.of(trap, well));
        gateway.register("demo-order-service", trap.port());
        gateway.register("demo-order-service", well.port());

        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            statuses.add(send(request("POST", "/orders", body("{}"), keyed ? WITH_KEY : WITHOUT_KEY))
                    .statusCode());
        }

        statuses.sort(null);
        assertThat(statuses).containsExactly(200, 200, keyed ? 200 : 503);
        assertThat(trap.requests()).isEqualTo(1);
        assertThat(well.seen()).hasSize(keyed ? 3 : 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPostToAServiceWithoutKeysIsSentOnce(boolean resets) throws Exception {
        Trap trap = given(resets ? Trap.resetting() : Trap.still());
        Backend well = given(new Backend("well"));

        List<Integer> statuses = Stream.of(post(), post(), post())
                .map(HttpResponse::statusCode)
                .sorted()
                .toList();

        assertThat(statuses).containsExactly(200, 200, 503);
        assertThat(trap.requests()).isEqualTo(1);
        assertThat(well.seen()).hasSize(2);
    }

    private HttpResponse<String> post() throws Exception {
        return send(request("POST", "/v1/echo", body("once"), WITH_KEY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/held", "/v1/failing"})
    void anErrorThatAnInstanceAnswersIsPassedOnAtOnceAndNotHeldAgainstIt(String path) throws Exception {
        Backend backend = given(new Backend("a"));
        given(new Backend("b"));
        backend.seen().clear();

        List<HttpResponse<String>> answers = List.of(get(path), get(path));

        assertThat(answers).allSatisfy(answer -> assertThat(answer.body()).isEqualTo(Backend.PROBLEM));
        assertThat(backend.seen()).hasSize(1);
        assertThat(gateway.ejected()).isEmpty();
    }

    @Test
    void aWaitMovesOnWhenItsInstanceIsEjectedAndAsksForWhatIsLeftOfIt() throws Exception {
        Trap trap = given(Trap.still());
        // Both go to the trap while it is alone; a third finds out, and all three move to the instance that has come.
        CompletableFuture<HttpResponse<String>> wait = sendLater(request("GET", "/v1/prefer", noBody(), waiting(20)));
        CompletableFuture<HttpResponse<String>> other = sendLater(request("GET", "/v1/prefer", noBody(), waiting(30)));
        await().until(() -> trap.requests() == 2);
        Backend well = given(new Backend("well"));
        long begun = System.nanoTime();
        get("/v1/who");
        get("/v1/who");

        assertThat(wait.join().body()).containsPattern("\\[wait=(19|1[0-8])]");
        assertThat(other.join().body()).containsPattern("\\[wait=2[0-9]]");
        assertThat(since(begun)).isLessThan(ONE_TRY.plus(MARGIN));
        assertThat(well.seen()).hasSize(4);
    }

    @Test
    void aStreamThatBreaksOffEndsAndIsNotGoneOnWithElsewhere() throws Exception {
        Backend one = given(new Backend("one"));
        Backend other = given(new Backend("other"));
        HttpRequest request = request("GET", "/v1/namespaces/broken/events", noBody());
        try (InputStream stream =
                client.send(request, BodyHandlers.ofInputStream()).body()) {
            assertThat(endOf(stream)).isEqualTo("first\n");
            assertThat(one.seen().size() + other.seen().size()).isEqualTo(1);
        }
    }

    @Test
    void aStreamEndsWhenItsInstanceIsEjectedAndThereIsAnother() throws Exception {
        Backend still = new Backend("still");
        ServiceInstance instance = register(still, still.port());
        HttpRequest request = request("GET", "/v1/namespaces/still/events", noBody());
        try (InputStream stream =
                client.send(request, BodyHandlers.ofInputStream()).body()) {
            assertThat(stream.read()).isEqualTo('f');
            Backend well = given(new Backend("well"));
            // Until this is asked for an instance, the gateway knows of no other.
            await().until(() -> get("/v1/who").body().equals("well"));
            gateway.ejections().eject(instance, new IOException("keeps still"));

            assertThat(CompletableFuture.supplyAsync(() -> endOf(stream)))
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo("irst\n");
            assertThat(well.seen()).doesNotContain("GET /v1/namespaces/still/events");
        }
    }

    /** What comes until it ends or is cut off. */
    private static String endOf(InputStream stream) {
        ByteArrayOutputStream end = new ByteArrayOutputStream();
        try {
            stream.transferTo(end);
        } catch (IOException cutOff) {
            // Either is an end.
        }
        return end.toString(UTF_8);
    }

    @Test
    void aWaitStaysWhereItIsWhenItsInstanceIsTheLast() throws Exception {
        Backend last = given(new Backend("last"));
        CompletableFuture<HttpResponse<String>> wait = sendLater(request("GET", "/v1/slow", noBody(), waiting(5)));
        await().until(() -> last.seen().size() == 1);

        assertUnavailable(get("/v1/slow"));
        assertThat(gateway.ejected()).isNotEmpty();
        assertThat(wait.join().body()).isEqualTo("last");
        // The wait once, the other twice.
        assertThat(last.seen()).hasSize(3);
    }

    @Test
    void anInstanceHasAsLongAsTheClientIsWillingToWait() throws Exception {
        given(new Backend("a"));

        assertThat(send(request("GET", "/v1/slow", noBody(), waiting(2))).body())
                .isEqualTo("a");
    }

    @Test
    void ordersMayTakeTheirTime() throws Exception {
        Backend orders = new Backend("orders");
        servers.add(orders);
        gateway.register("demo-order-service", orders.port());

        assertThat(get("/orders/slow").body()).isEqualTo("orders");
    }

    @Test
    void anInstanceThatIsSlowWithoutBeingAskedToWaitIsGivenUp() throws Exception {
        given(new Backend("a"));
        long begun = System.nanoTime();

        assertUnavailable(get("/v1/slow"));
        assertThat(since(begun)).isBetween(TWO_TRIES, TWO_TRIES.plus(MARGIN));
    }

    @ParameterizedTest
    @EnumSource
    void whenAllInstancesFailTheAnswerIsUnavailableInAboutTwoSeconds(Bad kind) throws Exception {
        kind.register(this);
        kind.register(this);
        kind.register(this);
        long begun = System.nanoTime();

        assertUnavailable(get("/v1/who"));
        assertThat(since(begun)).isLessThan(TWO_TRIES.plus(MARGIN));
    }

    @Test
    void whenAllInstancesAreEjectedTheyAreTriedStill() throws Exception {
        Backend backend = new Backend("a");
        ServiceInstance instance = register(backend, backend.port());

        assertUnavailable(get("/v1/reset"));
        assertThat(gateway.ejected()).containsOnly(instance);
        assertThat(get("/v1/who").body()).isEqualTo("a");
    }

    @Test
    void aSlowUploadIsNotTheInstancesFault() throws Exception {
        given(new Backend("a"));

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(("PUT /v1/echo HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nContent-Length: 6\r\n"
                            + "Authorization: " + gateway.bearer() + "\r\n\r\n")
                    .getBytes(US_ASCII));
            for (String drop : List.of("d", "r", "i", "p", "s", "!")) {
                await().pollDelay(ONE_TRY.dividedBy(2)).until(() -> true);
                out.write(drop.getBytes(US_ASCII));
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("drips!");
        }
        assertThat(gateway.ejected()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // In the middle of its body, and while it waits for its answer.
                "PUT /v1/echo HTTP/1.1\r\nHost: gateway\r\nAuthorization: %s\r\nContent-Length: 6\r\n\r\nhal",
                "GET /v1/slow HTTP/1.1\r\nHost: gateway\r\nAuthorization: %s\r\nPrefer: wait=5\r\n\r\n"
            })
    void aClientThatHangsUpEjectsNobody(String request) throws Exception {
        given(new Backend("a"));

        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.getOutputStream().write(request.formatted(gateway.bearer()).getBytes(US_ASCII));
            // Until the gateway has taken it up.
            await().pollDelay(Duration.ofMillis(300)).until(() -> true);
            socket.setSoLinger(true, 0);
        }
        assertThat(get("/v1/who").body()).isEqualTo("a");
        await().during(Duration.ofMillis(300)).until(() -> gateway.ejected().isEmpty());
    }

    @Test
    void aBodyOfTheLimitPassesAndALargerOneReachesNobody() throws Exception {
        Backend backend = given(new Backend("a"));
        String most = "x".repeat(LIMIT);

        assertThat(send(request("PUT", "/v1/echo", body(most))).body()).isEqualTo(most);
        assertThat(send(request("PUT", "/v1/echo", unannounced(most))).body()).isEqualTo(most);
        backend.seen().clear();
        for (int size : List.of(LIMIT + 1, 64 * LIMIT)) {
            String tooMuch = "x".repeat(size);
            assertTooLarge(send(request("PUT", "/v1/echo", body(tooMuch))));
            assertTooLarge(send(request("PUT", "/v1/echo", unannounced(tooMuch))));
        }
        assertThat(backend.seen()).isEmpty();
    }

    private static void assertTooLarge(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains(ProblemKind.BODY_TOO_LARGE.type());
    }

    private static void assertUnavailable(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).contains(ProblemKind.SERVICE_UNAVAILABLE.type());
    }

    private Backend given(Backend backend) throws Exception {
        register(backend, backend.port());
        return backend;
    }

    private Trap given(Trap trap) throws Exception {
        register(trap, trap.port());
        return trap;
    }

    private ServiceInstance register(AutoCloseable server, int port) throws Exception {
        servers.add(server);
        return gateway.register("lock-service", port);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(request("GET", path, noBody()));
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return client.send(request, BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> sendLater(HttpRequest request) {
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    private HttpRequest request(String method, String path, BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(gateway.uri(path))
                .method(method, body)
                .header("Authorization", gateway.bearer())
                .timeout(Duration.ofSeconds(20));
        return (headers.length > 0 ? request.headers(headers) : request).build();
    }

    private static String[] waiting(int seconds) {
        return new String[] {"Prefer", "wait=" + seconds};
    }

    private static BodyPublisher noBody() {
        return BodyPublishers.noBody();
    }

    private static BodyPublisher body(String text) {
        return BodyPublishers.ofString(text);
    }

    /** Without a Content-Length. */
    private static BodyPublisher unannounced(String text) {
        return BodyPublishers.fromPublisher(BodyPublishers.ofString(text));
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    enum Bad {
        DEAD_BUT_LISTED {
            @Override
            ServiceInstance register(FailoverTest test) throws Exception {
                Backend backend = new Backend("dead");
                ServiceInstance instance = test.register(backend, backend.port());
                backend.close();
                return instance;
            }
        },
        STILL {
            @Override
            ServiceInstance register(FailoverTest test) throws Exception {
                Trap trap = Trap.still();
                return test.register(trap, trap.port());
            }
        },
        RESETTING {
            @Override
            ServiceInstance register(FailoverTest test) throws Exception {
                Trap trap = Trap.resetting();
                return test.register(trap, trap.port());
            }
        };

        abstract ServiceInstance register(FailoverTest test) throws Exception;
    }
}
