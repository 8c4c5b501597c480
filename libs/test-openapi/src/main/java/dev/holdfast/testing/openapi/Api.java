package dev.holdfast.testing.openapi;

import dev.holdfast.lock.api.ProblemType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The description of a service's API as OpenAPI 3.1, written where its tests are: what it means, what it takes, an example
 * of each, and every problem that it may answer.
 *
 * <p>Schemas come from the records that are answered, their texts from the Javadoc of these.
 */
public final class Api {

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private static final Pattern PATH_VARIABLE = Pattern.compile("\\{(\\w+)}");

    private final Map<String, String[]> pathVariables = new LinkedHashMap<>();
    private final Map<String, Map<String, Operation>> paths = new TreeMap<>();
    private final Map<String, Object> schemas = new TreeMap<>();
    private final Map<String, Object> examples = new TreeMap<>();
    private String tag = "";

    /** What follows belongs together. */
    public Api tag(String name) {
        tag = name;
        return this;
    }

    /** What a variable of the paths stands for. */
    public Api pathVariable(String name, String meaning, String example) {
        pathVariables.put(name, new String[] {meaning, example});
        return this;
    }

    /** Describes an operation, such as {@code PUT /v1/namespaces/{namespace}/leases/{id}}. */
    public Operation operation(String methodAndPath, String summary) {
        String[] parts = methodAndPath.split(" ", 2);
        Operation operation = new Operation(this, tag, summary);
        Matcher variables = PATH_VARIABLE.matcher(parts[1]);
        while (variables.find()) {
            String[] about = pathVariables.get(variables.group(1));
            if (about == null) {
                throw new IllegalArgumentException("not described: {" + variables.group(1) + "}");
            }
            operation.parameter("path", variables.group(1), true, about[0], about[1]);
        }
        paths.computeIfAbsent(parts[1], path -> new TreeMap<>()).put(parts[0].toLowerCase(Locale.ROOT), operation);
        return operation;
    }

    /** A schema that no record stands for, as JSON. */
    public Api schema(String name, String json) {
        schemas.put(name, read(json));
        return this;
    }

    /** The reference to a record's schema. */
    public Object schema(Class<? extends Record> type) {
        return new RecordSchemas(schemas).of(type);
    }

    Object example(ProblemType kind) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("type", kind.type());
        problem.put("title", kind.title());
        problem.put("status", kind.status());
        problem.put("detail", kind.meaning());
        problem.put("retryable", kind.retryable());
        examples.put(kind.slug(), Map.of("summary", kind.title(), "description", kind.remedy(), "value", problem));
        return reference("examples", kind.slug());
    }

    /** The operations that are described, each as {@code PUT /path}. */
    public Set<String> operations() {
        return paths.entrySet().stream()
                .flatMap(path -> path.getValue().keySet().stream()
                        .map(method -> method.toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** As one object: {@code paths} and {@code components}. */
    JsonNode json() {
        Map<String, Object> described = new TreeMap<>();
        paths.forEach((path, methods) -> {
            Map<String, Object> operations = new TreeMap<>();
            methods.forEach((method, operation) -> operations.put(method, operation.json()));
            described.put(path, operations);
        });
        return tree(Map.of("paths", described, "components", Map.of("schemas", schemas, "examples", examples)));
    }

    static Map<String, String> reference(String kind, String name) {
        return Map.of("$ref", "#/components/" + kind + "/" + name);
    }

    static JsonNode read(String json) {
        return JSON.readTree(json);
    }

    /** With the members of each object in the order of their names, so that a change is all that a diff shows. */
    static JsonNode tree(Object value) {
        return JSON.readTree(JSON.writeValueAsString(JSON.convertValue(value, Object.class)));
    }

    /** Those of a service that exist, in the form of {@link #operations()}, under the prefixes that are public. */
    public static Set<String> under(Set<String> operations, String... prefixes) {
        return operations.stream()
                .filter(operation ->
                        Arrays.stream(prefixes).anyMatch(prefix -> operation.split(" ", 2)[1].startsWith(prefix)))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
