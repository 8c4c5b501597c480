package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * A packaged service made quick to start: its jar unpacked, with an AOT cache (JEP 514) recorded on a training run.
 * Both are made once a build and Java, and kept in {@code .demo/apps}. The cache is made on request and not before the
 * first start, because to make one costs as much CPU as three starts without it.
 */
final class Application {

    /** Cheap for one machine: the training run must use the same, or its cache is refused. */
    private static final List<String> JVM_OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError");

    private static final Duration PREPARATION = Duration.ofMinutes(3);

    /** The newest and the one before, from which an older suite may still run. */
    private static final int KEPT = 2;

    private final ServiceSpec spec;
    private final Path root;
    private final Children children;
    private final Consumer<String> progress;

    Application(ServiceSpec spec, Path root, Children children, Consumer<String> progress) {
        this.spec = spec;
        this.root = root;
        this.children = children;
        this.progress = progress;
    }

    /** The command that runs the service. The first call unpacks it, when no earlier run did. */
    synchronized List<String> command() {
        try {
            Files.createDirectories(apps());
            try (var lock = FileChannel.open(
                    apps().resolve(spec.module() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                lock.lock();
                return command(unpacked());
            }
        } catch (IOException failure) {
            throw new StartFailure(spec.module() + " cannot be unpacked: " + failure.getMessage(), failure);
        }
    }

    /** Whether the next start will have a cache. */
    boolean isTrained() throws IOException {
        return Files.exists(cache(folder()));
    }

    /** Makes the cache of an application that was unpacked, by a run that ends before it serves. */
    void train() throws IOException {
        Path folder = folder();
        Path draft = folder.resolve("app.aot.new");
        List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
        command.addAll(java());
        command.add("-XX:AOTCacheOutput=" + draft);
        command.add("-Dspring.context.exit=onRefresh");
        command.addAll(List.of("-jar", onlyJar(folder).toString()));
        // Nothing that runs on this machine is to be reached, or to be in the way.
        command.addAll(List.of(
                "--server.port=0",
                "--management.server.port=0",
                "--spring.data.redis.port=9",
                "--spring.flyway.enabled=false",
                "--spring.datasource.hikari.initialization-fail-timeout=-1",
                "--HOLDFAST_POSTGRES=127.0.0.1:9",
                "--HOLDFAST_ISSUER=http://127.0.0.1:9",
                "--HOLDFAST_AUDIENCE=holdfast",
                "--eureka.client.service-url.defaultZone=http://127.0.0.1:9/eureka/"));
        for (String secret : Secrets.NAMES) {
            command.add("--" + secret + "=none");
        }
        if (runs(command, folder) && Files.exists(draft)) {
            Files.move(draft, cache(folder), StandardCopyOption.ATOMIC_MOVE);
        } else if (!children.refusing()) {
            progress.accept(spec.module() + " goes without an AOT cache, which could not be made: " + log(folder));
        }
    }

    private List<String> command(Path folder) throws IOException {
        var command = java();
        Path cache = cache(folder);
        if (Files.exists(cache)) {
            command.add("-XX:AOTCache=" + cache);
        }
        command.add("-Xmx" + spec.heapMegabytes() + "m");
        command.add("-jar");
        command.add(onlyJar(folder).toString());
        return command;
    }

    private Path folder() throws IOException {
        return apps().resolve(spec.module() + "-" + checksum(jar()));
    }

    private Path jar() throws IOException {
        return onlyJar(root.resolve(spec.module()).resolve("target"));
    }

    private Path apps() {
        return root.resolve(".demo/apps");
    }

    private Path unpacked() throws IOException {
        Path folder = folder();
        Path complete = folder.resolve("complete");
        if (!Files.exists(complete)) {
            Folders.delete(folder);
            Files.createDirectories(folder);
            unpack(jar(), folder);
            Files.createFile(complete);
            removeOlder();
        }
        return folder;
    }

    private void unpack(Path jar, Path folder) throws IOException {
        List<String> command = java();
        command.addAll(List.of(
                "-Djarmode=tools", "-jar", jar.toString(), "extract", "--force", "--destination", folder.toString()));
        if (!runs(command, folder)) {
            throw new IOException("the log is " + log(folder));
        }
    }

    private boolean runs(List<String> command, Path folder) throws IOException {
        Process process = children.start(log(folder), command);
        try {
            return process.waitFor(PREPARATION.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }

    private void removeOlder() throws IOException {
        List<Path> newestFirst = Folders.entries(apps()).stream()
                .filter(Files::isDirectory)
                .filter(folder -> folder.getFileName().toString().matches(spec.module() + "-[0-9a-f]+-.*"))
                .sorted(Comparator.comparingLong(
                                (Path folder) -> folder.toFile().lastModified())
                        .reversed())
                .toList();
        for (Path folder : newestFirst.subList(Math.min(KEPT, newestFirst.size()), newestFirst.size())) {
            Folders.delete(folder);
        }
    }

    private static List<String> java() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        return command;
    }

    private static Path cache(Path folder) {
        return folder.resolve("app.aot");
    }

    private static Path log(Path folder) {
        return folder.resolve("preparation.log");
    }

    private static Path onlyJar(Path folder) throws IOException {
        return Folders.entries(folder).stream()
                .filter(file -> file.toString().endsWith(".jar"))
                .findFirst()
                .orElseThrow(() -> new StartFailure("No jar in " + folder + ": run mvn package"));
    }

    /** Tells builds, and the Javas that they were trained for, apart. */
    private static String checksum(Path jar) throws IOException {
        try (var in = new CheckedInputStream(Files.newInputStream(jar), new CRC32())) {
            in.transferTo(OutputStream.nullOutputStream());
            return Long.toHexString(in.getChecksum().getValue()) + "-" + System.getProperty("java.vm.version");
        }
    }
}
