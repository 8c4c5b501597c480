package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.core.LeaseRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/**
 * A Lua script: the head below, {@code engine.lua}, and one verb.
 *
 * @param digest its SHA-1, by which EVALSHA names it
 */
record Script(String name, String source, String digest) {

    /** Redis' own clock, in microseconds. */
    static final String REDIS_CLOCK =
            "local function micros() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end\n";

    /** @param clock Lua that defines micros(); tests move it */
    static Script load(String name, String clock) {
        String source = clock + rules() + resource("engine.lua") + resource(name + ".lua");
        return new Script(name, source, sha1(source.getBytes(UTF_8)));
    }

    private static String rules() {
        return constant("PLACE_GRACE", LeaseRules.PLACE_GRACE)
                + constant("CLAIM_GRACE", LeaseRules.CLAIM_GRACE)
                + constant("ENDED_WINDOW", LeaseRules.ENDED_WINDOW)
                + constant("MINTED_AHEAD", LeaseRules.MINTED_AHEAD);
    }

    private static String constant(String name, Duration value) {
        return "local " + name + " = " + value.toMillis() + "\n";
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
