package dev.holdfast.launcher.story;

import dev.holdfast.launcher.suite.Credentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Speaks the lock API as any program from outside would, for the locks of one namespace. */
public final class LockClient implements AutoCloseable {

    private static final Duration BEYOND_WAIT = Duration.ofSeconds(10);
    private static final Duration BEFORE_RETRY = Duration.ofMillis(50);

    private final JsonClient http;

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
    public LockClient(URI service, String namespace, Credentials credentials) {
        this.http = new JsonClient(service.resolve("/v1/namespaces/" + namespace + "/"), credentials);
    }

    /** Asks for a lock, or for its renewal: waits so long if it is busy, or not at all. */
    public Answer ensure(UUID id, String lock, Duration ttl, @Nullable Duration wait)
            throws IOException, InterruptedException {
        var body = Map.of("locks", List.of(Map.of("name", lock)), "ttl", ttl.toString());
        Duration timeout = BEYOND_WAIT.plus(wait == null ? Duration.ZERO : wait);
        HttpRequest.Builder request = http.request("PUT", "leases/" + id, body, timeout);
        if (wait != null) {
            request.header("Prefer", "wait=" + wait.toSeconds());
        }
        return http.send(request);
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
        return http.send(http.request("leases/" + id, BEYOND_WAIT).GET());
    }

    /** Gives a lease back, or leaves the queue. */
    public Answer release(UUID id) throws IOException, InterruptedException {
        return http.send(http.request("leases/" + id, BEYOND_WAIT).DELETE());
    }

    /** Lists the locks of the namespace. */
    public Answer locks() throws IOException, InterruptedException {
        return http.send(http.request("locks", BEYOND_WAIT).GET());
    }

    /** Reads one lock. */
    public Answer lock(String name) throws IOException, InterruptedException {
        return http.send(http.request("locks/" + name, BEYOND_WAIT).GET());
    }

    /** Ends the leases that hold a lock, after the grace. */
    public Answer breakLock(String name, Duration grace) throws IOException, InterruptedException {
        var body = Map.of("grace", grace.toString(), "reason", "a test");
        return http.send(http.request("POST", "locks/" + name + "/break", body, BEYOND_WAIT));
    }

    @Override
    public void close() {
        http.close();
    }
}
