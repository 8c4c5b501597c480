package dev.holdfast.launcher.suite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuerTest {

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final Secrets secrets;
    private final Issuer issuer;
    private volatile int status = 200;
    private volatile int lifetime = 3600;

    IssuerTest(@TempDir Path runFolder) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        server.createContext("/oauth2/token", this::issue);
        secrets = Secrets.of(runFolder);
        issuer = new Issuer(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), secrets);
    }

    private void issue(HttpExchange exchange) throws IOException {
        String form = URLDecoder.decode(new String(exchange.getRequestBody().readAllBytes(), UTF_8), UTF_8);
        asked.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + form);
        byte[] answer = ("{\"access_token\":\"token-" + asked.size() + "\",\"expires_in\":" + lifetime
                        + ",\"error\":\"invalid_request\",\"error_description\":\"no\"}")
                .getBytes(UTF_8);
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    @BeforeEach
    void begin() throws IOException {
        secrets.make();
        server.start();
    }

    @AfterEach
    void stop() {
        issuer.close();
        server.stop(0);
    }

    @Test
    void secretsAreForTheirOwnerAloneAndNotTwiceTheSame() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets.folder())))
                .isEqualTo("rwx------");
        for (String name : Secrets.NAMES) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(secrets.folder().resolve(name))))
                    .isEqualTo("rw-------");
        }
        assertThat(Secrets.NAMES.stream().map(this::read))
                .doesNotHaveDuplicates()
                .allMatch(it -> it.length() == 43);
    }

    private String read(String name) {
        try {
            return secrets.read(name);
        } catch (IOException missing) {
            return "";
        }
    }

    @Test
    void aTokenIsAskedForOnceAndSaysWhatItIsToBeGoodFor() throws IOException {
        Credentials credentials = issuer.credentials(Access.DEMO);

        assertThat(credentials.header()).isEqualTo("Bearer token-1");
        assertThat(credentials.header()).isEqualTo("Bearer token-1");
        assertThat(issuer.token(Access.DEMO.withCaller("other"))).isEqualTo("token-2");

        assertThat(asked.getFirst())
                .startsWith(secrets.basic("demo", Secrets.DEMO_SECRET) + " grant_type=client_credentials&")
                .endsWith("&scope=locks:read locks:write orders:read orders:write orders:stock"
                        + "&namespaces=demo default&caller=demo&lifetime=3600");
    }

    @Test
    void aTokenIsRenewedAheadAndUsedOnWhileTheIssuerIsAway() throws IOException, InterruptedException {
        lifetime = 5;
        assertThat(issuer.token(Access.DEMO)).isEqualTo("token-1");
        long renewal = System.nanoTime() + 4_000_000_000L;
        status = 503;
        while (asked.size() == 1) {
            assertThat(issuer.token(Access.DEMO)).isEqualTo("token-1");
            Thread.sleep(20);
        }
        assertThat(System.nanoTime()).isGreaterThan(renewal - 50_000_000);

        status = 200;
        assertThat(issuer.token(Access.DEMO)).isNotEqualTo("token-1");
    }

    @Test
    void aRefusalSaysWhy() {
        status = 400;

        assertThatThrownBy(() -> issuer.token(Access.DEMO))
                .isInstanceOf(IOException.class)
                .hasMessage("The issuer refused a token: 400 invalid_request: no");
    }
}
