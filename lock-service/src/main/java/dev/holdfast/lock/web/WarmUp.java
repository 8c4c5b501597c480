package dev.holdfast.lock.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.security.Caller;
import dev.holdfast.security.OwnTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * What the service asks itself before it calls itself ready: the first caller would else pay for the loading of all
 * classes on the way, on a busy machine more than the second that the gateway gives an instance.
 *
 * <p>None of these requests leaves anything in the store.
 */
@Component
final class WarmUp implements ApplicationRunner {
    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final int ROUNDS = 10;

    private static final String LEASE =
            "/v1/namespaces/warm-up/leases/6f9619ff-8b86-4d01-b42d-00c04fc964ff HTTP/1.1\r\n";
    private static final String BODY = "{\"locks\":[{\"name\":\"warm-up\"}],\"ttl\":\"PT1S\"}";

    private final OwnTokens tokens;

    private final Environment environment;
    private final ServerProperties properties;

    WarmUp(OwnTokens tokens, Environment environment, ServerProperties properties) {
        this.tokens = tokens;
        this.environment = environment;
        this.properties = properties;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        long begun = System.nanoTime();
        List<String> requests = requests();
        try {
            for (int i = 0; i < ROUNDS * requests.size() && System.nanoTime() - begun < LONGEST.toNanos(); i++) {
                ask(requests.get(i % requests.size()));
            }
            log.debug(
                    "warm after {} ms",
                    Duration.ofNanos(System.nanoTime() - begun).toMillis());
        } catch (IOException e) {
            // No reason not to serve.
            log.debug("not warmed up", e);
        }
    }

    private List<String> requests() {
        String token = tokens.lend(new Caller(
                "warm-up",
                Set.of("locks:read", "locks:write"),
                Set.of("warm-up"),
                Instant.now().plus(LONGEST),
                null));
        String toMeOnce = "Host: warm-up\r\nConnection: close\r\nAuthorization: Bearer " + token + "\r\n";
        return List.of(
                // A renewal of a lease that is not there: 412.
                "PUT " + LEASE + toMeOnce + "Content-Type: application/json\r\nIf-Match: \"1\"\r\nContent-Length: "
                        + BODY.length() + "\r\n\r\n" + BODY,
                "GET " + LEASE + toMeOnce + "\r\n",
                "GET /v1/namespaces/warm-up/locks HTTP/1.1\r\n" + toMeOnce + "\r\n");
    }

    private void ask(String request) throws IOException {
        InetAddress address = properties.getAddress();
        int port = environment.getRequiredProperty("local.server.port", Integer.class);
        try (Socket socket = new Socket(address == null ? InetAddress.getLoopbackAddress() : address, port)) {
            socket.setSoTimeout((int) LONGEST.toMillis());
            socket.getOutputStream().write(request.getBytes(UTF_8));
            socket.getInputStream().readAllBytes();
        }
    }
}
