package dev.holdfast.lock.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Lock names for what other libraries call their locks, which may be any text. */
final class LockNames {
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._:-]{1,200}");

    private LockNames() {}

    /** The text itself if it is a lock's name, else its hash. */
    static String of(String text) {
        return NAME.matcher(text).matches() ? text : "sha256:" + HexFormat.of().formatHex(hash(text));
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
