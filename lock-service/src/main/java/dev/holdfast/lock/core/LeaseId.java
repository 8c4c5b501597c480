package dev.holdfast.lock.core;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** The single-use id of a lease, chosen by the client. */
public record LeaseId(UUID value) {
    private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /**
     * Reads the usual form of 36 characters, in either case (RFC 9562, section 4).
     *
     * @throws InvalidValueException if it is not that
     */
    public static LeaseId parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!FORM.matcher(lower).matches()) {
            throw new InvalidValueException(
                    InvalidValueException.Kind.LEASE_ID,
                    "A lease id must be a UUID of 36 characters, such as 01890a5d-ac96-774b-bcce-b302099a8057.");
        }
        return new LeaseId(UUID.fromString(lower));
    }

    /** When the id was made, as far as it tells: only a UUIDv7 does (RFC 9562, section 5.7). */
    public Optional<Instant> minted() {
        return value.version() == 7
                ? Optional.of(Instant.ofEpochMilli(value.getMostSignificantBits() >>> 16))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
