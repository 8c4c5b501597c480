package dev.holdfast.launcher.suite;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.embedded.core.ExecutableProvider;

/** A redis-server to run: the one on the PATH if it is 6.2 or later, else one that embedded-redis brings. */
final class RedisBinary {

    private static final Pattern VERSION = Pattern.compile("v=(\\d+)\\.(\\d+)");

    private RedisBinary() {}

    /** Finds the program; one that has to be unpacked is kept in the folder. */
    static Path find(Path folder) {
        return onPath().orElseGet(() -> bundled(folder));
    }

    private static Optional<Path> onPath() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(File.pathSeparator))
                .map(entry -> Path.of(entry, "redis-server"))
                .filter(Files::isExecutable)
                .filter(RedisBinary::isRecent)
                .findFirst();
    }

    private static boolean isRecent(Path server) {
        try {
            Process process = new ProcessBuilder(server.toString(), "--version").start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(answer);
            return version.find() && isRecent(Integer.parseInt(version.group(1)), Integer.parseInt(version.group(2)));
        } catch (IOException notRunnable) {
            return false;
        }
    }

    private static boolean isRecent(int major, int minor) {
        return major > 6 || (major == 6 && minor >= 2);
    }

    /** Not every Redis was built with it. */
    static void requireTls(Path server) {
        try {
            // It listens nowhere, and so ends at once.
            Process process = new ProcessBuilder(server.toString(), "--port", "0", "--tls-port", "0")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (said.contains("Bad directive")) {
                throw new StartFailure(
                        server + " was built without TLS: install a Redis that has it, or leave out --tls.");
            }
        } catch (IOException failure) {
            throw new StartFailure(server + " cannot be run: " + failure.getMessage(), failure);
        }
    }

    private static Path bundled(Path folder) {
        try {
            Files.createDirectories(folder);
            return ExecutableProvider.newJarResourceProvider(folder.toFile())
                    .get()
                    .toPath();
        } catch (IOException failure) {
            throw new StartFailure("No redis-server on the PATH, and none unpacked: " + failure.getMessage(), failure);
        }
    }
}
