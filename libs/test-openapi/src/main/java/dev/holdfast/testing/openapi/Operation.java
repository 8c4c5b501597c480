package dev.holdfast.testing.openapi;

import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.api.ProblemType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What one method of one path takes and answers. */
public final class Operation {

    private static final List<ProblemKind> OF_ALL = List.of(
            ProblemKind.MALFORMED_REQUEST,
            ProblemKind.NOT_ACCEPTABLE,
            ProblemKind.INTERNAL_ERROR,
            ProblemKind.SERVICE_UNAVAILABLE);
    private static final List<ProblemKind> OF_CALLERS = List.of(
            ProblemKind.UNAUTHENTICATED,
            ProblemKind.FORBIDDEN,
            ProblemKind.RATE_LIMITED,
            ProblemKind.ISSUER_UNAVAILABLE);
    private static final List<ProblemKind> OF_BODIES =
            List.of(ProblemKind.REQUEST_TIMEOUT, ProblemKind.BODY_TOO_LARGE, ProblemKind.UNSUPPORTED_MEDIA_TYPE);

    private final Api api;
    private final Map<String, Object> json = new LinkedHashMap<>();
    private final List<Object> parameters = new ArrayList<>();
    private final Map<String, Object> responses = new TreeMap<>();
    private final Set<ProblemType> problems = new LinkedHashSet<>(OF_ALL);

    Operation(Api api, String tag, String summary) {
        this.api = api;
        json.put("tags", List.of(tag));
        json.put("summary", summary);
    }

    public Operation text(String text) {
        json.put("description", text);
        return this;
    }

    /** The scopes that it needs, all of them; without any it is open to everyone. */
    public Operation scopes(String... scopes) {
        problems.addAll(OF_CALLERS);
        List<String> all = Arrays.asList(scopes);
        json.put("security", List.of(Map.of("bearer", all), Map.of("clientCredentials", all)));
        return this;
    }

    void parameter(String in, String name, boolean required, String meaning, String example) {
        Map<String, Object> parameter = new LinkedHashMap<>();
        parameter.put("name", name);
        parameter.put("in", in);
        parameter.put("required", required);
        parameter.put("description", meaning);
        parameter.put("schema", Map.of("type", "string"));
        if (required) {
            parameter.put("example", example);
        } else {
            // As a mere `example` Swagger UI would send it unasked.
            parameter.put(
                    "examples",
                    new TreeMap<>(Map.of("left out", Map.of("value", ""), example, Map.of("value", example))));
        }
        parameters.add(parameter);
    }

    public Operation query(String name, String meaning, String example) {
        parameter("query", name, false, meaning, example);
        return this;
    }

    public Operation header(String name, String meaning, String example) {
        parameter("header", name, false, meaning, example);
        return this;
    }

    public Operation requiredHeader(String name, String meaning, String example) {
        parameter("header", name, true, meaning, example);
        return this;
    }

    /** A JSON body; the schema is a component that {@link Api#schema} described. */
    public Operation body(String schema, String example) {
        return body("application/json", schema, Api.read(example));
    }

    public Operation body(String type, String schema, Object example) {
        problems.addAll(OF_BODIES);
        json.put(
                "requestBody",
                Map.of("required", true, "content", content(type, Api.reference("schemas", schema), example)));
        return this;
    }

    /** An answer with the JSON of a record. */
    public Operation answer(int status, String meaning, Class<? extends Record> body, String example) {
        return answer(status, meaning, "application/json", api.schema(body), Api.read(example));
    }

    public Operation answer(int status, String meaning, String type, Object schema, Object example) {
        responses.put(
                String.valueOf(status), Map.of("description", meaning, "content", content(type, schema, example)));
        return this;
    }

    public Operation answer(int status, String meaning) {
        responses.put(String.valueOf(status), Map.of("description", meaning));
        return this;
    }

    /** What it refuses, beside what every operation may answer. */
    public Operation problems(ProblemType... kinds) {
        problems.addAll(Arrays.asList(kinds));
        return this;
    }

    private static Map<String, Object> content(String type, Object schema, @Nullable Object example) {
        Map<String, Object> media = new LinkedHashMap<>();
        media.put("schema", schema);
        if (example != null) {
            media.put("example", example);
        }
        return Map.of(type, media);
    }

    JsonNode json() {
        Map<Integer, Map<String, Object>> byStatus = new TreeMap<>();
        for (ProblemType kind : problems) {
            byStatus.computeIfAbsent(kind.status(), status -> new TreeMap<>()).put(kind.slug(), api.example(kind));
        }
        byStatus.forEach((status, examples) -> responses.put(
                String.valueOf(status),
                Map.of(
                        "description",
                        String.join(", ", examples.keySet()),
                        "content",
                        Map.of(
                                "application/problem+json",
                                Map.of("schema", Api.reference("schemas", "Problem"), "examples", examples)))));
        if (!parameters.isEmpty()) {
            json.put("parameters", parameters);
        }
        json.put("responses", responses);
        return Api.tree(json);
    }
}
