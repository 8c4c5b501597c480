package dev.holdfast.defaults.request;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.lock.api.ProblemKind;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON body of a request, read strictly: nothing is guessed or dropped. */
public final class StrictJson {

    private static final int MAX_BYTES = 16 * 1024;

    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            // As a double, 1e309 would become Infinity, and long decimals others.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private StrictJson() {}

    /**
     * The one object that the body is.
     *
     * @throws ProblemException if it is none, is not well formed, has a field twice or another field
     */
    public static JsonNode object(byte[] body, Set<String> fields) {
        try {
            JsonNode root = STRICT.readTree(body);
            if (root.isObject()) {
                requireOnly(fields, root, "The body");
                return root;
            }
        } catch (JacksonException e) {
            // What exactly is wrong may quote the body: the answer names the rule only.
        }
        throw malformed("The body must be one JSON object, well formed, with no field twice.");
    }

    /**
     * The one object that the body is, of at most 16 KiB.
     *
     * @throws ProblemException as above, or if it is too large or stops coming
     */
    public static JsonNode object(InputStream body, Set<String> fields) {
        return object(read(body), fields);
    }

    /**
     * Refuses what is not known.
     *
     * @throws ProblemException if the object has other fields than these
     */
    public static void requireOnly(Set<String> fields, JsonNode object, String what) {
        if (!fields.containsAll(object.propertyNames())) {
            throw malformed(
                    what + " has a field other than " + fields.stream().sorted().toList() + ".");
        }
    }

    private static byte[] read(InputStream body) {
        try {
            byte[] bytes = body.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ProblemException(Problem.of(ProblemKind.BODY_TOO_LARGE));
            }
            return bytes;
        } catch (IOException e) {
            // Tomcat wraps it.
            throw e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException
                    ? new ProblemException(Problem.of(ProblemKind.REQUEST_TIMEOUT))
                    : malformed("The body broke off.");
        }
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(Problem.of(ProblemKind.MALFORMED_REQUEST, detail));
    }
}
