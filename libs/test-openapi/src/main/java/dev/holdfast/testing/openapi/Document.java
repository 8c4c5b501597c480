package dev.holdfast.testing.openapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code docs/openapi.json}, of which each service has its part: its paths, and the components that they refer to. */
public final class Document {

    /** A test runs in the folder of its module. */
    static final Path ROOT = root(Path.of("").toAbsolutePath());

    private static final Path FILE = ROOT.resolve("docs/openapi.json");
    private static final String WRITE = "holdfast.openapi.write";
    private static final Pattern REFERENCE = Pattern.compile("\"#/components/(\\w+)/([\\w.-]+)\"");

    private final ObjectNode json;

    private Document(ObjectNode json) {
        this.json = json;
    }

    public static Document checkedIn() {
        try {
            return new Document((ObjectNode) Api.read(Files.readString(FILE)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Compares the part of a service, or writes it if the system property says so.
     *
     * @param module of the service
     * @param prefixes of its paths
     * @throws AssertionError if the document is another; it names the command that mends it
     */
    public void hold(Api api, String module, String... prefixes) {
        JsonNode described = api.json();
        ObjectNode updated = json.deepCopy();
        ObjectNode paths = object(updated, "paths");
        paths.remove(Api.under(names(paths, "x "), prefixes).stream()
                .map(path -> path.substring(2))
                .toList());
        paths.setAll((ObjectNode) described.path("paths"));
        ObjectNode components = object(updated, "components");
        described.path("components").propertyStream().forEach(kind -> object(components, kind.getKey())
                .setAll((ObjectNode) kind.getValue()));
        hold(updated, module);
    }

    /** Compares what stands above the parts, and that nothing is left in it that no path refers to. */
    public void holdFrame(JsonNode frame, String module) {
        ObjectNode updated = json.deepCopy();
        frame.propertyStream()
                .filter(member -> !member.getKey().equals("components"))
                .forEach(member -> updated.set(member.getKey(), member.getValue()));
        frame.path("components").propertyStream().forEach(kind -> object(object(updated, "components"), kind.getKey())
                .setAll((ObjectNode) kind.getValue()));
        Set<String> used = REFERENCE
                .matcher(updated.toString())
                .results()
                .map(found -> found.group(1) + "/" + found.group(2))
                .collect(Collectors.toSet());
        for (String kind : Set.of("schemas", "examples")) {
            ObjectNode all = object(object(updated, "components"), kind);
            all.retain(names(all, "").stream()
                    .filter(name -> used.contains(kind + "/" + name))
                    .toList());
        }
        hold(updated, module);
    }

    private void hold(ObjectNode updated, String module) {
        JsonNode sorted = Api.tree(updated);
        if (Boolean.getBoolean(WRITE)) {
            write(sorted);
        } else if (!sorted.equals(json)) {
            throw new AssertionError(
                    "docs/openapi.json does not say what " + module + " does. See what changed, and if it"
                            + " is meant: mvn -T1 test -am -pl lock-service,demo-order-service,demo-inventory-service,gateway"
                            + " -Dtest=OpenApiTest -Dsurefire.failIfNoSpecifiedTests=false -D" + WRITE + "=true");
        }
    }

    private static void write(JsonNode document) {
        try {
            Files.writeString(FILE, Api.JSON.writeValueAsString(document) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the paths answer by way of problems. */
    public Set<String> problems() {
        return names((ObjectNode) json.path("components").path("examples"), "");
    }

    private static Set<String> names(ObjectNode object, String prefix) {
        return object.propertyStream()
                .map(Map.Entry::getKey)
                .map(prefix::concat)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static ObjectNode object(ObjectNode parent, String name) {
        return parent.has(name) ? (ObjectNode) parent.get(name) : parent.putObject(name);
    }

    private static Path root(Path folder) {
        return Files.exists(folder.resolve("libs/test-openapi"))
                ? folder
                : root(Objects.requireNonNull(folder.getParent(), "not run within the project"));
    }
}
