package dev.holdfast.launcher.story;

import java.net.http.HttpHeaders;
import java.time.Duration;
import tools.jackson.databind.JsonNode;

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

    /** The kind of problem that was told, such as {@code lock-held}; empty when it was none. */
    public String problem() {
        String type = body.path("type").asString("");
        return type.substring(type.lastIndexOf('/') + 1);
    }

    public Duration took() {
        return Duration.ofNanos(receivedNanos - sentNanos);
    }
}
