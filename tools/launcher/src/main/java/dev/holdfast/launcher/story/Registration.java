package dev.holdfast.launcher.story;

import dev.holdfast.launcher.story.Chapter.Finding;
import dev.holdfast.launcher.suite.Credentials;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What the registry knows. */
public final class Registration {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Suite suite;

    Registration(Suite suite) {
        this.suite = suite;
    }

    List<Chapter> chapters() {
        return List.of(new Chapter("All services are registered", this::registered));
    }

    private Finding registered() throws IOException, InterruptedException {
        URI registry = suite.registries().getFirst().uri();
        var expected =
                new TreeSet<String>(Set.of("gateway", suite.inventoryService().name()));
        Stream.concat(suite.lockServices().stream(), suite.orderServices().stream())
                .map(Instance::name)
                .forEach(expected::add);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Set<String> up = up(registry, suite.registryCredentials());
        while (!up.containsAll(expected) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            up = up(registry, suite.registryCredentials());
        }
        return new Finding(up.containsAll(expected), "UP: " + String.join(", ", up));
    }

    /** The instances that a registry gives to those who ask. */
    public static Set<String> up(URI registry, Credentials credentials) throws IOException, InterruptedException {
        var up = new TreeSet<String>();
        try (var http = new JsonClient(registry, credentials)) {
            Answer answer = http.send(http.request("/eureka/apps", TIMEOUT).header("Accept", "application/json"));
            for (JsonNode application : answer.body().path("applications").path("application")) {
                for (JsonNode instance : application.path("instance")) {
                    if (instance.path("status").asString().equals("UP")) {
                        up.add(instance.path("instanceId").asString());
                    }
                }
            }
        }
        return up;
    }
}
