package dev.holdfast.lock.web;

import static dev.holdfast.lock.core.InvalidValueException.Kind.LOCKS;
import static dev.holdfast.lock.core.InvalidValueException.Kind.LOCK_NAME;
import static dev.holdfast.lock.core.InvalidValueException.Kind.METADATA;
import static dev.holdfast.lock.core.InvalidValueException.Kind.MODE;
import static dev.holdfast.lock.core.InvalidValueException.Kind.OWNER;
import static dev.holdfast.lock.core.InvalidValueException.Kind.PERMITS;
import static dev.holdfast.lock.core.InvalidValueException.Kind.TTL;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.defaults.request.StrictJson;
import dev.holdfast.lock.core.Asker;
import dev.holdfast.lock.core.InvalidValueException;
import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.LeaseRequest;
import dev.holdfast.lock.core.LockMode;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.LockSpec;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.lock.core.Owner;
import dev.holdfast.lock.core.Ttl;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeType;

/** The JSON body of a PUT, read by hand: each field has a problem of its own, and nothing is guessed or dropped. */
final class LeaseBody {
    private static final Set<String> FIELDS = Set.of("locks", "ttl", "owner", "metadata");
    private static final Set<String> LOCK_FIELDS = Set.of("name", "mode", "permits", "of");

    private LeaseBody() {}

    /**
     * @throws ProblemException if the bytes are not a JSON object of these fields
     * @throws InvalidValueException if a field is not what it must be
     */
    static LeaseRequest read(byte[] body, Namespace namespace, LeaseId id, Asker asker) {
        JsonNode root = StrictJson.object(body, FIELDS);
        return new LeaseRequest(
                namespace,
                id,
                locks(root.path("locks")),
                owner(root.path("owner"), id),
                asker,
                ttl(root.path("ttl")),
                metadata(root.path("metadata")));
    }

    private static List<LockSpec> locks(JsonNode locks) {
        if (!locks.isArray()) {
            throw new InvalidValueException(LOCKS, "locks must be a list of 1 to 32 locks.");
        }
        return locks.valueStream().map(LeaseBody::lock).toList();
    }

    private static LockSpec lock(JsonNode lock) {
        if (!lock.isObject()) {
            throw new InvalidValueException(
                    LOCKS, "A lock must be an object {\"name\", \"mode\", \"permits\", \"of\"}.");
        }
        StrictJson.requireOnly(LOCK_FIELDS, lock, "A lock");
        JsonNode name = lock.path("name");
        if (!name.isString()) {
            throw new InvalidValueException(LOCK_NAME, "A lock must have a name, a string.");
        }
        return new LockSpec(new LockName(name.stringValue()), mode(lock));
    }

    private static LockMode mode(JsonNode lock) {
        JsonNode mode = lock.path("mode");
        String word = mode.isMissingNode() ? "exclusive" : mode.isString() ? mode.stringValue() : "";
        return switch (word) {
            case "exclusive" -> whole(LockMode.EXCLUSIVE, lock);
            case "shared" -> whole(LockMode.SHARED, lock);
            case "permits" -> new LockMode.Permits(count(lock.path("permits")), count(lock.path("of")));
            default -> throw new InvalidValueException(MODE, "mode must be \"exclusive\", \"shared\" or \"permits\".");
        };
    }

    private static LockMode whole(LockMode mode, JsonNode lock) {
        if (lock.has("permits") || lock.has("of")) {
            throw new InvalidValueException(PERMITS, "permits and of go with mode \"permits\" only.");
        }
        return mode;
    }

    private static int count(JsonNode number) {
        if (!number.isIntegralNumber() || !number.canConvertToInt()) {
            throw new InvalidValueException(PERMITS, "mode \"permits\" needs permits and of, whole numbers.");
        }
        return number.intValue();
    }

    private static Owner owner(JsonNode owner, LeaseId id) {
        if (owner.isMissingNode()) {
            return new Owner(id.toString());
        }
        if (!owner.isString()) {
            throw new InvalidValueException(OWNER, "owner must be a string.");
        }
        return new Owner(owner.stringValue());
    }

    private static Ttl ttl(JsonNode ttl) {
        if (!ttl.isString()) {
            throw new InvalidValueException(TTL, "ttl is required: an ISO 8601 duration in quotes, such as \"PT30S\".");
        }
        return Ttl.parse(ttl.stringValue());
    }

    private static String metadata(JsonNode metadata) {
        if (metadata.isMissingNode()) {
            return "{}";
        }
        String text = metadata.toString();
        if (metadata.getNodeType() != JsonNodeType.OBJECT) {
            throw new InvalidValueException(METADATA, "metadata must be a JSON object.");
        }
        if (!UTF_8.newEncoder().canEncode(text)) {
            throw new InvalidValueException(METADATA, "metadata must be text: it has half of a surrogate pair.");
        }
        return text;
    }
}
