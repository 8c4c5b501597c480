package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Questions to a service, one short request each. */
public final class Probes implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final Credentials credentials;

    /** @param credentials for what is asked by way of the gateway */
    public Probes(Credentials credentials) {
        this.credentials = credentials;
    }

    /** Whether a service calls itself ready. */
    public boolean isReady(URI management) {
        return send(HttpRequest.newBuilder(management.resolve("/actuator/health/readiness")))
                .filter(answer -> answer.statusCode() == 200)
                .isPresent();
    }

    /** Whether an instance does its work when asked directly. */
    public boolean isReady(Instance.Address address) {
        return switch (address.uri().getScheme()) {
            case "redis", "rediss" -> Redis.answers(address.uri());
            case "postgresql" -> Postgres.serves(address.uri());
            default -> address.management() == null || isReady(address.management());
        };
    }

    /**
     * Whether an instance does its work when asked the way its users do: through the gateway if it is behind it. Of
     * several instances each answers now and then.
     */
    public boolean isRoutable(Instance.Address address) {
        return address.route() == null ? isReady(address) : answers(address.route(), address.name());
    }

    private boolean answers(URI route, String instance) {
        try {
            return send(HttpRequest.newBuilder(route).header("Authorization", credentials.header()))
                    .filter(answer -> answer.statusCode() < 500)
                    .flatMap(answer -> answer.headers().firstValue("Holdfast-Instance"))
                    .filter(instance::equals)
                    .isPresent();
        } catch (IOException noneYet) {
            return false;
        }
    }

    private Optional<HttpResponse<Void>> send(HttpRequest.Builder request) {
        try {
            return Optional.of(http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.discarding()));
        } catch (IOException unreachable) {
            return Optional.empty();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
