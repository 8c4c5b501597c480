package dev.holdfast.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.story.OrderClient;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import dev.holdfast.launcher.suite.SuiteOptions;
import dev.holdfast.launcher.suite.Tls;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** The suite over TLS, as {@code ./demo --tls} runs it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TlsIT {

    private static final Path RUN = SharedSuite.ROOT.resolve("tests/target/run-tls");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int TIMEOUT_MILLIS = 3_000;

    private static Suite suite;
    private static OrderClient orders;

    @BeforeAll
    static void start() throws InterruptedException {
        suite = new Suite(new SuiteOptions(SharedSuite.ROOT, RUN, 0, 1, System.out::println).overTls());
        suite.start();
        orders = new OrderClient(suite.gateway(), suite.credentials());
    }

    @AfterAll
    static void stop() {
        orders.close();
        suite.close();
    }

    @Test
    @Order(1)
    void anOrderGoesAllTheWay() throws Exception {
        assertThat(orders.restock("tls", 5).status()).isEqualTo(200);

        assertThat(orders.order(UUID.randomUUID().toString(), "tls", 1).status())
                .isEqualTo(201);
    }

    @Test
    @Order(2)
    void everyPortSpeaksTlsUnderTheNameItIsCalledBy() throws Exception {
        for (URI place : places().toList()) {
            try (SSLSocket socket = handshake(place)) {
                SSLSession session = socket.getSession();
                assertThat(session.getProtocol()).as("%s", place).isIn("TLSv1.2", "TLSv1.3");
            }
        }
    }

    @Test
    @Order(2)
    void noPortAnswersPlainText() throws Exception {
        for (URI place : places().toList()) {
            assertThat(plain(place, "GET /actuator/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .as("%s", place)
                    .doesNotStartWith("HTTP/1.1 2");
        }
        assertThat(plain(suite.redis().instance().uri(), "PING\r\n")).doesNotContain("PONG");
        URI postgres = suite.postgres().uri();
        assertThatThrownBy(() -> DriverManager.getConnection(
                        "jdbc:postgresql://" + postgres.getAuthority() + "/postgres?user=postgres&sslmode=disable"))
                .isInstanceOfSatisfying(SQLException.class, refused -> assertThat(refused.getSQLState())
                        .isEqualTo("28000"));
    }

    @Test
    @Order(3)
    void aServerOfAnotherNameIsNotBelieved() throws Exception {
        assertNotBelieved(
                suite.inventoryService(),
                suite.tls().orElseThrow().elsewhere("elsewhere.example"),
                () -> orders.stock("tls"));
    }

    @Test
    @Order(4)
    void aServerByAnotherAuthorityIsNotBelieved() throws Exception {
        try (var locks = new LockClient(suite.gateway(), "demo", suite.credentials())) {
            assertNotBelieved(suite.lockServices().getFirst(), Tls.here(), locks::locks);
        }
    }

    /**
     * Stands in an instance's place, as who has taken its address would: for the gateway, then for the order service.
     *
     * @param asked what the gateway asks of the instance
     */
    private static void assertNotBelieved(Instance instance, Tls other, Callable<?> asked) throws Exception {
        instance.kill();
        // Its port is free once it is gone for good.
        try (var impostor = await().atMost(LIMIT)
                .ignoreException(BindException.class)
                .until(() -> new Impostor(instance.uri(), other), Objects::nonNull)) {
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
                asked.call();
                return impostor.connections() > 0;
            });
            int before = impostor.connections();
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
                orders.order(UUID.randomUUID().toString(), "tls", 1);
                return impostor.connections() > before;
            });
            assertThat(impostor.requests()).isZero();
        }
    }

    /** What listens: the services, their actuators, and Redis; PostgreSQL asks whether there is TLS before it begins. */
    private static Stream<URI> places() {
        return suite.addresses().stream()
                .filter(address -> !address.name().equals("postgres"))
                .flatMap(address -> Stream.of(address.uri(), address.management()))
                .filter(Objects::nonNull);
    }

    private static SSLSocket handshake(URI place) throws IOException, GeneralSecurityException {
        var socket =
                (SSLSocket) SSLContext.getDefault().getSocketFactory().createSocket(place.getHost(), place.getPort());
        SSLParameters verified = socket.getSSLParameters();
        verified.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(verified);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.startHandshake();
        return socket;
    }

    /** What is answered before the connection ends, or within the limit. */
    private static String plain(URI place, String request) throws IOException {
        try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), place.getPort())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(socket.getInputStream().readNBytes(100), ISO_8859_1);
        } catch (SocketException | SocketTimeoutException closed) {
            return "";
        }
    }

    /** A server that answers all, and counts who connects and who then asks for something. */
    private static final class Impostor implements AutoCloseable {
        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicInteger requests = new AtomicInteger();
        private final HttpsServer server;

        Impostor(URI place, Tls tls) throws IOException {
            SSLContext context = SslBundle.of(new PemSslStoreBundle(
                            PemSslStoreDetails.forCertificate(tls.certificate()).withPrivateKey(tls.key()), null))
                    .createSslContext();
            server = HttpsServer.create(new InetSocketAddress(place.getHost(), place.getPort()), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(context) {
                @Override
                public void configure(HttpsParameters parameters) {
                    connections.incrementAndGet();
                    parameters.setSSLParameters(getSSLContext().getDefaultSSLParameters());
                }
            });
            server.createContext("/", exchange -> {
                requests.incrementAndGet();
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            });
            server.start();
        }

        int connections() {
            return connections.get();
        }

        int requests() {
            return requests.get();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
