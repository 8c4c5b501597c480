package dev.holdfast.launcher.suite;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The secrets of a run, each in a file that its owner alone can read and whose name is the setting, as services read them
 * by {@code spring.config.import=configtree:}. None is in a command line or an environment.
 */
record Secrets(Path folder) {

    static final String REGISTRY_PASSWORD = "HOLDFAST_REGISTRY_PASSWORD";
    static final String DEMO_SECRET = "HOLDFAST_DEMO_SECRET";

    /** All of them; what is not named above is of services alone. */
    static final List<String> NAMES = List.of(REGISTRY_PASSWORD, DEMO_SECRET, "HOLDFAST_CLIENT_SECRET");

    private static final int BYTES = 32;

    static Secrets of(Path runFolder) {
        return new Secrets(runFolder.resolve("secrets"));
    }

    /** Makes new ones. */
    void make() throws IOException {
        Files.createDirectory(folder, permissions("rwx------"));
        var chance = new SecureRandom();
        for (String name : NAMES) {
            byte[] secret = new byte[BYTES];
            chance.nextBytes(secret);
            write(folder.resolve(name), Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
        }
    }

    private static void write(Path file, String secret) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = Files.newByteChannel(file, options, permissions("rw-------"))) {
            channel.write(ByteBuffer.wrap(secret.getBytes(UTF_8)));
        }
    }

    private static FileAttribute<?> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    String read(String name) throws IOException {
        return Files.readString(folder.resolve(name));
    }

    /** The header of HTTP's basic authentication. */
    String basic(String user, String name) throws IOException {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + read(name)).getBytes(UTF_8));
    }

    /** What tells a service to read them. */
    String argument() {
        return "--spring.config.import=configtree:" + folder + "/";
    }
}
