package dev.holdfast.lock.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A program in a JVM of its own that may be stopped at any time: it takes a lock and writes to a resource under it, over
 * and over. Its arguments are the port of the lock service, which is the resource too, and its locks' TTL.
 */
final class PausedHolder {
    private static final HttpClient RESOURCE = HttpClient.newHttpClient();

    private PausedHolder() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        Duration ttl = Duration.parse(arguments[1]);
        try (ConfigurableApplicationContext program = Program.run(new int[] {port}, "logging.level.dev.holdfast=off")) {
            Locks locks = program.getBean(Locks.class);
            System.out.println("ready");
            while (true) {
                hold(locks, ttl, URI.create("http://127.0.0.1:" + port + "/resource"));
            }
        }
    }

    private static void hold(Locks locks, Duration ttl, URI resource) throws IOException, InterruptedException {
        try (HeldLease lease = locks.acquire("guarded", ttl, Duration.ofSeconds(30))) {
            for (int i = 0; i < 20; i++) {
                lease.ensureHeld();
                write(resource, lease.fencingToken());
            }
        } catch (LeaseLostException e) {
            System.out.println("lost");
        }
    }

    private static void write(URI resource, long token) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(resource)
                .POST(BodyPublishers.ofString(Long.toString(token)))
                .build();
        if (RESOURCE.send(request, BodyHandlers.discarding()).statusCode() == 409) {
            System.out.println("stale");
        }
    }
}
