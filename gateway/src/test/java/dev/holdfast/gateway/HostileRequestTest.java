package dev.holdfast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.lock.api.ProblemKind;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes over the wire from who means no good. */
class HostileRequestTest {

    private static final TestGateway GATEWAY = TestGateway.shared();
    private static final Backend BACKEND = new Backend("a");

    private static final String PUT = "PUT /v1/echo HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: "
            + GATEWAY.bearer() + "\r\n";

    @BeforeAll
    static void thereIsAService() throws Exception {
        GATEWAY.register("lock-service", BACKEND.port());
    }

    @AfterAll
    static void itLeaves() throws Exception {
        GATEWAY.deregisterAll();
        BACKEND.close();
    }

    static Stream<Arguments> requestsThatAreNone() {
        String tooLong = "x".repeat(9_000);
        return Stream.of(
                arguments(
                        "a length and chunks",
                        400,
                        PUT + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                arguments(
                        "chunks and a length",
                        400,
                        PUT + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
                arguments("two lengths", 400, PUT + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
                arguments("a length that is none", 400, PUT + "Content-Length: +3\r\n\r\nabc"),
                arguments("chunks not last", 400, PUT + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
                arguments("chunks in disguise", 400, PUT + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                arguments("a space before the colon", 400, PUT + "Content-Length : 3\r\n\r\nabc"),
                arguments("a NUL in a header", 400, PUT + "X-Any: a\0b\r\n\r\n"),
                arguments("no HTTP", 400, "hello\r\n\r\n"),
                arguments("a large header", 431, PUT + "X-Any: " + tooLong + "\r\n\r\n"),
                arguments("many headers", 431, PUT + "X-Any: 1234567890\r\n".repeat(1_000) + "\r\n"),
                arguments("a long path", 414, "GET /v1/" + tooLong + " HTTP/1.1\r\nHost: gateway\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource
    void requestsThatAreNone(String what, int status, String request) throws Exception {
        try (RawConnection connection = new RawConnection(GATEWAY.port())) {
            assertThat(connection.write(request).answer()).startsWith("HTTP/1.1 " + status + " ");
        }
        assertThat(BACKEND.seen()).isEmpty();
    }

    @Test
    void aHeadThatDripsEndsItsConnection() throws Exception {
        try (RawConnection connection = new RawConnection(GATEWAY.port())) {
            connection.write("GET /v1/who HTTP/1.1\r\nHost: gateway\r\nX-Slow: ");
            await().atMost(Duration.ofSeconds(20)).until(() -> isClosed(connection));
        }
    }

    private static boolean isClosed(RawConnection connection) {
        try {
            connection.write("x");
            return false;
        } catch (SocketException closed) {
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aBodyThatStopsComingIsToldSo() throws Exception {
        try (RawConnection connection = new RawConnection(GATEWAY.port())) {
            assertThat(connection.write(PUT + "Content-Length: 6\r\n\r\nhal").answer())
                    .startsWith("HTTP/1.1 408 ")
                    .contains(ProblemKind.REQUEST_TIMEOUT.type());
        }
        assertThat(BACKEND.seen()).isEmpty();
    }

    @Test
    void soIsABodyThatDrips() throws Exception {
        try (RawConnection connection = new RawConnection(GATEWAY.port())) {
            connection.write(PUT + "Content-Length: 1000\r\n\r\n");
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> connection.write("x").hasAnswer());
            assertThat(connection.answer()).startsWith("HTTP/1.1 408 ").contains(ProblemKind.REQUEST_TIMEOUT.type());
        }
        assertThat(BACKEND.seen()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "OPTIONS", "PATCH", "CONNECT", "BREW"})
    void methodsThatNoServiceHasAreRefusedEverywhere(String method) throws Exception {
        for (String path : new String[] {"/v1/who", "/problems", "/nope"}) {
            try (RawConnection connection = new RawConnection(GATEWAY.port())) {
                assertThat(connection
                                .write(method + " " + path + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n")
                                .answer())
                        .startsWith("HTTP/1.1 405 ")
                        .contains("Allow: ")
                        .contains(ProblemKind.METHOD_NOT_ALLOWED.type());
            }
        }
    }
}
