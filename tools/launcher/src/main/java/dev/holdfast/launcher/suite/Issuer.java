package dev.holdfast.launcher.suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The issuer of a suite that runs, which gives its client {@code demo} any token. */
public final class Issuer implements AutoCloseable {

    /** As the issuer is called in a suite. */
    static final String NAME = "issuer";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** A token is renewed when this share of its lifetime is over. */
    private static final double RENEWED_AFTER = 0.8;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final Map<Access, Issued> issued = new HashMap<>();
    private final URI uri;
    private final Secrets secrets;

    private record Issued(String token, long renewNanos, long endNanos) {}

    Issuer(URI uri, Secrets secrets) {
        this.uri = uri;
        this.secrets = secrets;
    }

    /** The issuer of a suite that another launcher started. */
    public static Issuer of(RunState state, Path runFolder) {
        URI uri = state.part(NAME)
                .map(part -> part.address().uri())
                .orElseThrow(() -> new StartFailure("Holdfast runs without an issuer."));
        return new Issuer(uri, Secrets.of(runFolder));
    }

    /** What tells a service to trust it, and the gateway to let people ask it for tokens. */
    List<String> arguments() {
        return List.of(
                "--HOLDFAST_ISSUER=" + uri,
                "--HOLDFAST_AUDIENCE=holdfast",
                "--holdfast.gateway.token-endpoint=" + uri.resolve("/oauth2/token"));
    }

    /** Sends tokens that let their bearer do this, renewed ahead. */
    public Credentials credentials(Access access) {
        return () -> "Bearer " + token(access);
    }

    /**
     * A token that is good for a fifth of its lifetime, or as long as it is if the issuer is away.
     *
     * @throws IOException if the issuer cannot be reached, or refuses it
     */
    public synchronized String token(Access access) throws IOException {
        long now = System.nanoTime();
        Issued known = issued.get(access);
        if (known != null && now - known.renewNanos() < 0) {
            return known.token();
        }
        try {
            Issued renewed = ask(access);
            issued.put(access, renewed);
            return renewed.token();
        } catch (IOException failure) {
            if (known != null && now - known.endNanos() < 0) {
                return known.token();
            }
            throw failure;
        }
    }

    private Issued ask(Access access) throws IOException {
        long asked = System.nanoTime();
        HttpResponse<String> answer = send(HttpRequest.newBuilder(uri.resolve("/oauth2/token"))
                .timeout(TIMEOUT)
                .header("Authorization", secrets.basic("demo", Secrets.DEMO_SECRET))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form(access)))
                .build());
        JsonNode body = json(answer.body());
        if (answer.statusCode() != 200) {
            throw new IOException("The issuer refused a token: " + answer.statusCode() + " "
                    + body.path("error").asString("") + ": "
                    + body.path("error_description").asString(""));
        }
        long lifetime = Duration.ofSeconds(body.path("expires_in").asLong()).toNanos();
        return new Issued(
                body.path("access_token").asString(), asked + (long) (lifetime * RENEWED_AFTER), asked + lifetime);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a token was asked for");
        }
    }

    private static String form(Access access) {
        return "grant_type=client_credentials"
                + field("scope", String.join(" ", access.scopes()))
                + field("namespaces", String.join(" ", access.namespaces()))
                + field("caller", access.caller())
                + field("lifetime", String.valueOf(access.lifetime().toSeconds()));
    }

    private static String field(String name, String value) {
        return "&" + name + "=" + URLEncoder.encode(value, UTF_8);
    }

    private static JsonNode json(String body) throws IOException {
        try {
            return JSON.readTree(body);
        } catch (JacksonException other) {
            throw new IOException("The issuer answered with what is no JSON", other);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
