package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A process of the suite. It keeps its name, ports and log when it is ended and started again. */
public final class Instance {

    private static final Duration START = Duration.ofMinutes(2);
    private static final int SHOWN_LINES = 3;

    private final Address address;
    private final Supplier<List<String>> command;
    private final BooleanSupplier ready;
    private final Children children;
    private final Runnable onStart;
    private volatile @Nullable Process process;

    /**
     * Where an instance is found.
     *
     * @param management the root of its actuator, if it has one
     * @param stage when it is ended: stage 0 first, higher stages when the ones before have ended
     */
    public record Address(String name, URI uri, @Nullable URI management, Path log, int stage) {}

    Instance(
            Address address,
            Supplier<List<String>> command,
            BooleanSupplier ready,
            Children children,
            Runnable onStart) {
        this.address = address;
        this.command = command;
        this.ready = ready;
        this.children = children;
        this.onStart = onStart;
    }

    public String name() {
        return address.name();
    }

    public URI uri() {
        return address.uri();
    }

    public Address address() {
        return address;
    }

    /** Starts the process and returns when it is ready to be used. */
    public void start() {
        launch();
        awaitReady();
    }

    /** Starts the process. */
    public void launch() {
        Path log = address.log();
        try {
            process = children.start(log, command.get());
        } catch (IOException failure) {
            throw new StartFailure(name() + " cannot be started: " + failure.getMessage(), failure);
        }
        onStart.run();
    }

    /** Returns when the instance is ready to be used. */
    public void awaitReady() {
        boolean settled = Await.until(() -> !runs() || ready.getAsBoolean(), START);
        if (!settled || !runs()) {
            throw new StartFailure(name()
                    + (settled ? " ended while it started" : " is not ready after " + START.toMinutes() + " minutes")
                    + "; its log is " + address.log() + lastErrors(address.log()));
        }
    }

    /** Ends the process at once (SIGKILL). */
    public void kill() {
        Signals.kill(handles());
    }

    /** Asks the process to end (SIGTERM) and returns when it has. */
    public void terminate() {
        Signals.end(handles());
    }

    /** Freezes the process (SIGSTOP): its connections stay open, and nothing answers. */
    public void pause() {
        Signals.send("STOP", handles());
    }

    /** Lets a frozen process go on (SIGCONT). */
    public void resume() {
        Signals.send("CONT", handles());
    }

    /** Whether the process runs. */
    public boolean runs() {
        return handles().stream().anyMatch(Signals::runs);
    }

    List<ProcessHandle> handles() {
        Process started = process;
        return started == null ? List.of() : List.of(started.toHandle());
    }

    private static String lastErrors(Path log) {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            List<String> errors = lines.stream()
                    .filter(line -> line.matches(".*(ERROR|Exception|Caused by|Error:).*"))
                    .toList();
            List<String> shown = errors.isEmpty() ? lines : errors;
            return String.join(
                    "",
                    shown.subList(Math.max(0, shown.size() - SHOWN_LINES), shown.size()).stream()
                            .map(line -> "\n  " + line)
                            .toList());
        } catch (IOException unreadable) {
            return "";
        }
    }
}
