package dev.holdfast.lock.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
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
    private static final String TO_ME_ONCE = "Host: warm-up\r\nConnection: close\r\n";
    private static final List<String> REQUESTS = List.of(
            // A renewal of a lease that is not there: 412.
            "PUT " + LEASE + TO_ME_ONCE + "Content-Type: application/json\r\nIf-Match: \"1\"\r\nContent-Length: "
                    + BODY.length() + "\r\n\r\n" + BODY,
            "GET " + LEASE + TO_ME_ONCE + "\r\n",
            "GET /v1/namespaces/warm-up/locks HTTP/1.1\r\n" + TO_ME_ONCE + "\r\n");

    private final Environment environment;
    private final ServerProperties properties;

    WarmUp(Environment environment, ServerProperties properties) {
        this.environment = environment;
        this.properties = properties;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        long begun = System.nanoTime();
        try {
            for (int i = 0; i < ROUNDS * REQUESTS.size() && System.nanoTime() - begun < LONGEST.toNanos(); i++) {
                ask(REQUESTS.get(i % REQUESTS.size()));
            }
            log.debug(
                    "warm after {} ms",
                    Duration.ofNanos(System.nanoTime() - begun).toMillis());
        } catch (IOException e) {
            // No reason not to serve.
            log.debug("not warmed up", e);
        }
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
