package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A process of the suite. It keeps its name, ports and log when it is ended and started again. */
public final class Instance {

    private static final Duration START = Duration.ofMinutes(4);
    private static final int SHOWN_LINES = 3;

    private final Address address;
    private final Supplier<List<String>> command;
    private final BooleanSupplier ready;
    private final Children children;
    private final Path runFolder;

    /**
     * Where an instance is found.
     *
     * @param management the root of its actuator, if it has one
     * @param route where it answers through the gateway, in turn with others, if it is behind it
     * @param stage when it is ended: stage 0 first, higher stages when the ones before have ended
     */
    public record Address(
            String name,
            URI uri,
            @Nullable URI management,
            @Nullable URI route,
            Path log,
            int stage) {

        /** What tells a service to be found there. */
        List<String> arguments() {
            return List.of(
                    "--server.address=127.0.0.1",
                    "--server.port=" + uri.getPort(),
                    "--management.server.address=127.0.0.1",
                    "--management.server.port="
                            + Objects.requireNonNull(management).getPort());
        }
    }

    Instance(
            Address address, Supplier<List<String>> command, BooleanSupplier ready, Children children, Path runFolder) {
        this.address = address;
        this.command = command;
        this.ready = ready;
        this.children = children;
        this.runFolder = runFolder;
    }

    /** An instance of a suite that another launcher started. */
    public static Instance of(RunState.Part part, Probes probes, Path runFolder) {
        return new Instance(
                part.address(), part::command, () -> probes.isRoutable(part.address()), new Children(), runFolder);
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

    /** Starts the process, and records it for every launcher. */
    public void launch() {
        List<String> line = command.get();
        try {
            RunState.change(runFolder, before -> {
                if (before == null) {
                    throw new StartFailure("The suite is being stopped.");
                }
                if (runs()) {
                    throw new StartFailure(name() + " runs already.");
                }
                ProcessHandle process = children.start(address.log(), line).toHandle();
                return before.with(new RunState.Part(address, RunState.ProcessId.of(process), line));
            });
        } catch (IOException failure) {
            throw new StartFailure(name() + " cannot be started: " + failure.getMessage(), failure);
        }
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

    /** Asks the process to end (SIGTERM) and returns when it has, by force if need be. */
    public void terminate() {
        Signals.end(handles());
    }

    /** Asks the process to end (SIGTERM), and returns whether it did so within the limit. */
    public boolean drain(Duration limit) {
        return Signals.terminate(handles(), limit);
    }

    /** Freezes the process (SIGSTOP): its connections stay open, and nothing answers. */
    public void pause() {
        Signals.send("STOP", Signals.family(handles()));
        // And what it started in between: now it starts no more.
        Signals.send("STOP", Signals.family(handles()));
    }

    /** Lets a frozen process go on (SIGCONT). */
    public void resume() {
        Signals.send("CONT", Signals.family(handles()));
    }

    /** Whether the process runs. */
    public boolean runs() {
        return handles().stream().anyMatch(Signals::runs);
    }

    /** Its process, whichever launcher started it. */
    List<ProcessHandle> handles() {
        try {
            return RunState.read(runFolder)
                    .flatMap(state -> state.part(name()))
                    .flatMap(part -> part.process().running())
                    .map(List::of)
                    .orElse(List.of());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
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
