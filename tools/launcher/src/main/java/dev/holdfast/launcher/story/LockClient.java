package dev.holdfast.launcher.story;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Speaks the lock API as any program from outside would, for the locks of one namespace. */
public final class LockClient implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration BEYOND_WAIT = Duration.ofSeconds(10);
    private static final Duration BEFORE_RETRY = Duration.ofMillis(50);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI namespace;

    /**
     * A response.
     *
     * @param body the JSON of it, or a missing node
     * @param sentNanos when the request was sent, by {@link System#nanoTime}
     * @param receivedNanos when the response was there
     */
    public record Answer(int status, HttpHeaders headers, JsonNode body, long sentNanos, long receivedNanos) {

        /** The instance that answered; empty when it was none. */
        public String instance() {
            return headers.firstValue("Holdfast-Instance").orElse("");
        }
    }

    /**
     * A lock that was granted.
     *
     * @param askedNanos when it was first asked for
     */
    public record Grant(UUID id, long token, long askedNanos, Answer answer) {

        /** The earliest that the lease can end by the client's clock, if nobody renews or releases it. */
        public long earliestEndNanos() {
            long millis = answer.body().path("elapsedMillis").asLong()
                    + answer.body().path("expiresInMillis").asLong();
            return answer.sentNanos() + Duration.ofMillis(millis).toNanos();
        }
    }

    /** A client of the service behind an address, a gateway's or an instance's. */
    public LockClient(URI service, String namespace) {
        this.namespace = service.resolve("/v1/namespaces/" + namespace + "/");
    }

    /** Asks for a lock, or for its renewal: waits so long if it is busy, or not at all. */
    public Answer ensure(UUID id, String lock, Duration ttl, @Nullable Duration wait)
            throws IOException, InterruptedException {
        var body = Map.of("locks", List.of(Map.of("name", lock)), "ttl", ttl.toString());
        HttpRequest.Builder request = request("leases/" + id, wait == null ? Duration.ZERO : wait)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)));
        if (wait != null) {
            request.header("Prefer", "wait=" + wait.toSeconds());
        }
        return send(request);
    }

    /**
     * Asks again under the same id until the lock is granted.
     *
     * @throws TimeoutException if it is not granted within the limit
     */
    public Grant acquire(UUID id, String lock, Duration ttl, Duration limit)
            throws IOException, InterruptedException, TimeoutException {
        long asked = System.nanoTime();
        while (System.nanoTime() - asked < limit.toNanos()) {
            Answer answer = ensure(id, lock, ttl, Duration.ofSeconds(20));
            switch (answer.status()) {
                case 200, 201 -> {
                    return new Grant(id, answer.body().path("fencingToken").asLong(), asked, answer);
                }
                case 202 -> {}
                case 503 -> LockSupport.parkNanos(BEFORE_RETRY.toNanos());
                default -> throw new IOException("PUT was answered with " + answer.status() + " " + answer.body());
            }
        }
        throw new TimeoutException(lock + " was not granted within " + limit.toSeconds() + " s");
    }

    /** Reads a lease. */
    public Answer read(UUID id) throws IOException, InterruptedException {
        return send(request("leases/" + id, Duration.ZERO).GET());
    }

    /** Gives a lease back, or leaves the queue. */
    public Answer release(UUID id) throws IOException, InterruptedException {
        return send(request("leases/" + id, Duration.ZERO).DELETE());
    }

    /** Lists the locks of the namespace. */
    public Answer locks() throws IOException, InterruptedException {
        return send(request("locks", Duration.ZERO).GET());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(String path, Duration wait) {
        return HttpRequest.newBuilder(namespace.resolve(path)).timeout(wait.plus(BEYOND_WAIT));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        long sent = System.nanoTime();
        HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        long received = System.nanoTime();
        return new Answer(response.statusCode(), response.headers(), json(response.body()), sent, received);
    }

    private static JsonNode json(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException other) {
            return MissingNode.getInstance();
        }
    }
}
