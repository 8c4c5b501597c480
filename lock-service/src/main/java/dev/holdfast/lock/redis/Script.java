package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.core.EventRules;
import dev.holdfast.lock.core.LeaseRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Lua script: the head below, and one verb with what it includes.
 *
 * @param digest its SHA-1, by which EVALSHA names it
 */
record Script(String name, String source, String digest) {

    /** Redis' own clock, in microseconds. */
    static final String REDIS_CLOCK =
            "local function micros() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end\n";

    private static final Pattern INCLUDE = Pattern.compile("-- #include (\\S+)");

    /** @param clock Lua that defines micros(); tests move it */
    static Script load(String name, String clock, EventRules events) {
        String source = clock + constants() + "local EVENTS_KEPT = '" + events.kept() + "'\n" + included(name + ".lua");
        return new Script(name, source, sha1(source.getBytes(UTF_8)));
    }

    private static String constants() {
        return constant("PLACE_GRACE", LeaseRules.PLACE_GRACE.toMillis())
                + constant("CLAIM_GRACE", LeaseRules.CLAIM_GRACE.toMillis())
                + constant("ENDED_WINDOW", LeaseRules.ENDED_WINDOW.toMillis())
                + constant("MINTED_AHEAD", LeaseRules.MINTED_AHEAD.toMillis());
    }

    private static String constant(String name, long value) {
        return "local " + name + " = " + value + "\n";
    }

    private static String included(String file) {
        return INCLUDE.matcher(resource(file))
                .replaceAll(include -> Matcher.quoteReplacement(included(include.group(1))));
    }

    private static String resource(String file) {
        try (InputStream in = Script.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("missing from the jar: " + file);
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
