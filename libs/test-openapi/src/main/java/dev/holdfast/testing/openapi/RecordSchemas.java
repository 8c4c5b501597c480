package dev.holdfast.testing.openapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The schemas of records as Jackson writes them: a component that may be null is left out when it is. */
final class RecordSchemas {

    private static final Pattern PARAMETER = Pattern.compile("@param (\\w+) ((?:[^@]|\\{@)*)");

    private final Map<String, Object> schemas;

    RecordSchemas(Map<String, Object> schemas) {
        this.schemas = schemas;
    }

    /** The reference to a record's schema, which from then on is among the others. */
    Object of(Class<?> type) {
        if (!schemas.containsKey(type.getSimpleName())) {
            schemas.put(type.getSimpleName(), Map.of());
            schemas.put(type.getSimpleName(), schema(type));
        }
        return Api.reference("schemas", type.getSimpleName());
    }

    private Map<String, Object> schema(Class<?> type) {
        String javadoc = javadoc(type);
        Map<String, String> about = new LinkedHashMap<>();
        Matcher parameter = PARAMETER.matcher(javadoc);
        while (parameter.find()) {
            about.put(parameter.group(1), plain(parameter.group(2)));
        }
        Map<String, Object> properties = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Map<String, Object> property = new LinkedHashMap<>(asMap(of(component.getGenericType())));
            if (about.containsKey(component.getName())) {
                property.put("description", about.get(component.getName()));
            }
            properties.put(component.getName(), property);
            if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                required.add(component.getName());
            }
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("description", plain(javadoc.split("@param", 2)[0]));
        schema.put("properties", properties);
        schema.put("required", required);
        return schema;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asMap(Object schema) {
        return (Map<String, Object>) schema;
    }

    private Object of(Type type) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == List.class
                    ? Map.of("type", "array", "items", of(generic.getActualTypeArguments()[0]))
                    : Map.of("type", "object");
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return of(plain);
        }
        if (plain.isEnum()) {
            return Map.of(
                    "type",
                    "string",
                    "enum",
                    Arrays.stream(plain.getEnumConstants())
                            .map(Object::toString)
                            .toList());
        }
        return switch (plain.getSimpleName()) {
            case "String" -> Map.of("type", "string");
            case "UUID" -> Map.of("type", "string", "format", "uuid");
            case "Instant" -> Map.of("type", "string", "format", "date-time");
            case "int", "Integer" -> Map.of("type", "integer", "format", "int32");
            case "long", "Long" -> Map.of("type", "integer", "format", "int64");
            case "boolean" -> Map.of("type", "boolean");
            default -> throw new IllegalArgumentException("no schema for " + plain);
        };
    }

    /** Without its stars. */
    private static String javadoc(Class<?> type) {
        Class<?> outermost = type;
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        Matcher comment = Pattern.compile(
                        "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s*)*(?:public )?record "
                                + type.getSimpleName() + "\\(",
                        Pattern.DOTALL)
                .matcher(source(outermost));
        return comment.find() ? comment.group(1).replaceAll("\\n\\s*\\*", "\n") : "";
    }

    private static String plain(String javadoc) {
        return javadoc.replaceAll("\\{@\\w+ ([^}]*)}", "`$1`")
                .replaceAll("</?\\w+>", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static String source(Class<?> type) {
        Path file = Path.of("src/main/java", type.getName().replace('.', '/') + ".java");
        try (Stream<Path> services = Files.list(Document.ROOT);
                Stream<Path> libs = Files.list(Document.ROOT.resolve("libs"))) {
            Path found = Stream.concat(services, libs)
                    .map(module -> module.resolve(file))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no source of " + type));
            return Files.readString(found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
