package dev.holdfast.lock.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client that follows events on a thread of its own. */
final class EventClient implements AutoCloseable {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What ends with an empty line; without data, an id and a comment. */
    record Frame(Map<String, String> fields) {
        String id() {
            return fields.getOrDefault("id", "");
        }

        String name() {
            return fields.getOrDefault("event", "");
        }

        JsonNode data() {
            return JsonMapper.shared().readTree(fields.getOrDefault("data", "{}"));
        }

        /** {@code granted a}: the event, and the first lock of its lease. */
        String summary() {
            return name() + " " + data().path("locks").path(0).path("name").asString("");
        }
    }

    private final HttpResponse<InputStream> response;
    private final List<Frame> frames = new CopyOnWriteArrayList<>();
    private final Thread reader;

    EventClient(int port, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Accept", "text/event-stream")
                .timeout(Duration.ofSeconds(10));
        if (Arrays.stream(headers).noneMatch("Authorization"::equals)) {
            request.header("Authorization", ServiceTest.BEARER);
        }
        try {
            response = CLIENT.send(
                    (headers.length > 0 ? request.headers(headers) : request).build(), BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        reader = Thread.ofVirtual().start(this::read);
    }

    private void read() {
        Map<String, String> fields = new HashMap<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty()) {
                    frames.add(new Frame(Map.copyOf(fields)));
                    fields.clear();
                } else {
                    String[] field = line.split(":", 2);
                    fields.merge(field[0], field[1], (one, more) -> one + "\n" + more);
                }
            }
        } catch (IOException e) {
            // It was cut off.
        }
    }

    int status() {
        return response.statusCode();
    }

    String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    List<Frame> frames() {
        return List.copyOf(frames);
    }

    /** The events among them. */
    List<Frame> events() {
        return frames.stream().filter(frame -> !frame.name().isEmpty()).toList();
    }

    List<String> summaries() {
        return events().stream().map(Frame::summary).toList();
    }

    /** As a browser keeps it. */
    String lastId() {
        List<String> ids = new ArrayList<>(frames.stream().map(Frame::id).toList());
        ids.removeIf(String::isEmpty);
        return ids.isEmpty() ? "" : ids.getLast();
    }

    boolean hasEnded() {
        return !reader.isAlive();
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
