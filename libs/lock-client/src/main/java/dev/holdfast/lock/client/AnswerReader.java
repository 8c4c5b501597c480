package dev.holdfast.lock.client;

import dev.holdfast.lock.api.LeaseView;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.client.Answer.Grant;
import dev.holdfast.lock.client.Answer.Kind;
import feign.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads HTTP responses as answers. Whatever is not clearly one is not confirmed. */
final class AnswerReader {
    /** The share of its time that a lease counts as held here: clocks run differently fast. */
    private static final double CERTAIN = 0.98;

    private static final Pattern TAG = Pattern.compile("\"(\\d{1,16})\"");
    private static final int NANOS_PER_MILLI = 1_000_000;

    private final JsonMapper json;

    AnswerReader(JsonMapper json) {
        this.json = json;
    }

    Answer read(UUID id, Response response) throws IOException {
        return switch (response.status()) {
            case 200, 201 -> Answer.held(grant(id, response));
            case 202 -> Answer.of(Kind.WAITING);
            case 204 -> Answer.of(Kind.RELEASED);
            case 401 -> said(Kind.UNAUTHENTICATED, response);
            case 410, 412 -> said(Kind.ENDED, response);
            case 429 -> said(Kind.BUSY, response);
            case 409 -> conflict(response);
            case 408 -> unconfirmed(response);
            default ->
                response.status() >= 400 && response.status() < 500
                        ? said(Kind.REFUSED, response)
                        : unconfirmed(response);
        };
    }

    private Answer said(Kind kind, Response response) {
        Said said = problem(response);
        return Answer.of(kind, said.problem(), said.detail());
    }

    private Answer conflict(Response response) {
        Said said = problem(response);
        boolean held = ProblemKind.LOCK_HELD.slug().equals(said.problem());
        return Answer.of(held ? Kind.BUSY : Kind.REFUSED, said.problem(), said.detail());
    }

    private Answer unconfirmed(Response response) {
        Said said = problem(response);
        String status = response.status() + (said.problem() == null ? "" : " " + said.problem());
        return new Answer(
                Kind.UNCONFIRMED,
                null,
                said.problem(),
                said.detail(),
                retryAfter(response),
                new IOException("the lock service answered " + status));
    }

    /** @throws IOException if the body does not say that this very lease is held, and for how long */
    private Grant grant(UUID id, Response response) throws IOException {
        LeaseView lease = lease(response);
        Long token = lease.fencingToken() == null ? entityTag(response) : lease.fencingToken();
        Long expiresIn = lease.expiresInMillis();
        if (!lease.state().equals("HELD") || !lease.id().equals(id.toString()) || token == null || expiresIn == null) {
            throw new IOException("the lock service answered with another lease than was asked for");
        }
        double certainMillis = lease.elapsedMillis() + CERTAIN * expiresIn;
        return new Grant(token, sent(response) + (long) (certainMillis * NANOS_PER_MILLI));
    }

    private LeaseView lease(Response response) throws IOException {
        try (InputStream body = response.body().asInputStream()) {
            return json.readValue(body, LeaseView.class);
        } catch (JacksonException e) {
            throw new IOException("the lock service answered with what is no lease", e);
        }
    }

    /** A problem's slug and detail. */
    private record Said(@Nullable String problem, @Nullable String detail) {}

    private Said problem(Response response) {
        try (InputStream body = response.body().asInputStream()) {
            JsonNode problem = json.readTree(body);
            String type = problem.path("type").asString("");
            String slug = type.substring(type.lastIndexOf('/') + 1);
            String detail = problem.path("detail").asString("");
            return new Said(slug.isEmpty() ? null : slug, detail.isEmpty() ? null : detail);
        } catch (IOException | JacksonException e) {
            // An answer of something in between, which knows nothing of problems.
            return new Said(null, null);
        }
    }

    private static long sent(Response response) {
        return Long.parseLong(header(response, InstanceClient.SENT, "0"));
    }

    /** The token of a lease without an exclusive lock, with which nothing is fenced. */
    private static @Nullable Long entityTag(Response response) {
        Matcher tag = TAG.matcher(header(response, "ETag", ""));
        return tag.matches() ? Long.valueOf(tag.group(1)) : null;
    }

    private static Duration retryAfter(Response response) {
        String seconds = header(response, "Retry-After", "");
        return seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : Duration.ZERO;
    }

    private static String header(Response response, String name, String otherwise) {
        Collection<String> values = response.headers().get(name);
        return values == null || values.isEmpty()
                ? otherwise
                : values.iterator().next();
    }
}
