package dev.holdfast.lock.web;

import static dev.holdfast.lock.core.InvalidValueException.Kind.GRACE;
import static dev.holdfast.lock.core.InvalidValueException.Kind.REASON;

import dev.holdfast.defaults.request.StrictJson;
import dev.holdfast.lock.core.InvalidValueException;
import dev.holdfast.lock.core.Owner;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The JSON body of a POST that breaks a lock.
 *
 * @param grace what holders have left
 * @param reason for the audit log
 */
record BreakBody(Duration grace, String reason) {
    private static final int MAX_GRACE_TEXT = 40;
    private static final int MAX_REASON = 200;
    private static final Set<String> FIELDS = Set.of("grace", "reason");

    static BreakBody read(byte[] body) {
        JsonNode root = StrictJson.object(body, FIELDS);
        return new BreakBody(grace(root.path("grace")), reason(root.path("reason")));
    }

    private static Duration grace(JsonNode grace) {
        if (grace.isString() && grace.stringValue().length() <= MAX_GRACE_TEXT) {
            try {
                return Duration.parse(grace.stringValue());
            } catch (DateTimeParseException e) {
                // Told below, as all else that is no duration.
            }
        }
        throw new InvalidValueException(GRACE, "grace is required: an ISO 8601 duration in quotes, such as \"PT30S\".");
    }

    private static String reason(JsonNode reason) {
        String text = reason.isString() ? reason.stringValue() : "";
        if (text.isBlank() || text.codePointCount(0, text.length()) > MAX_REASON || !Owner.isPrintable(text)) {
            throw new InvalidValueException(REASON, "reason is required: 1 to 200 printable characters.");
        }
        return text;
    }
}
