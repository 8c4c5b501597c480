package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What runs, as every launcher reads it from the run folder: the one that started the suite, and those that end it or
 * start a part of it again.
 *
 * @param launcher a launcher that still works for the run, if there is one; it is ended first
 */
public record RunState(@Nullable ProcessId launcher, List<Part> parts) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** How far two readings of the same start may lie apart: Linux derives them from a clock that is adjusted. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    /** A process, told apart from a later one with the same pid. */
    public record ProcessId(long pid, Instant started) {

        static ProcessId of(ProcessHandle process) {
            return new ProcessId(process.pid(), process.info().startInstant().orElse(Instant.EPOCH));
        }

        /** The process, if it still runs. */
        public Optional<ProcessHandle> running() {
            return ProcessHandle.of(pid)
                    .filter(process -> isNear(ProcessId.of(process).started()))
                    .filter(Signals::runs);
        }

        private boolean isNear(Instant other) {
            return Duration.between(started, other).abs().compareTo(TOLERANCE) < 0;
        }
    }

    /**
     * An instance of the suite.
     *
     * @param process its latest process, which may have ended
     * @param command what starts it again
     */
    public record Part(Instance.Address address, ProcessId process, List<String> command) {}

    /** A change of the state; nothing in, when there is none, or nothing out leaves it as it is. */
    @FunctionalInterface
    interface Change {
        @Nullable
        RunState apply(@Nullable RunState before) throws IOException;
    }

    /** Reads the state of a run. Empty when there is none, or when nothing of it runs any more. */
    public static Optional<RunState> read(Path runFolder) throws IOException {
        return stored(runFolder).filter(RunState::runs);
    }

    /** Changes the state of a run, one launcher at a time. */
    static void change(Path runFolder, Change change) throws IOException {
        synchronized (RunState.class) {
            try (var channel = FileChannel.open(
                    runFolder.resolve("state.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.lock();
                RunState after = change.apply(stored(runFolder).orElse(null));
                if (after != null) {
                    after.write(runFolder);
                }
            }
        }
    }

    /** Ends all that runs, also what is started meanwhile, and forgets the run. */
    public static void end(Path runFolder) throws IOException {
        for (Optional<RunState> state = read(runFolder); state.isPresent(); state = read(runFolder)) {
            state.get().end();
            forget(runFolder);
        }
        forget(runFolder);
    }

    private static void forget(Path runFolder) throws IOException {
        if (Files.isDirectory(runFolder)) {
            change(runFolder, state -> {
                if (state == null || !state.runs()) {
                    Files.deleteIfExists(file(runFolder));
                }
                return null;
            });
        }
    }

    private static Optional<RunState> stored(Path runFolder) throws IOException {
        Path file = file(runFolder);
        return Files.exists(file)
                ? Optional.of(JSON.readValue(Files.readAllBytes(file), RunState.class))
                : Optional.empty();
    }

    private void write(Path runFolder) throws IOException {
        Path draft = runFolder.resolve("state.json.new");
        Files.write(draft, JSON.writeValueAsBytes(this));
        Files.move(draft, file(runFolder), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The instance of this name. */
    public Optional<Part> part(String name) {
        return parts.stream().filter(part -> part.address().name().equals(name)).findFirst();
    }

    /** The same with an instance that was added or started again. */
    RunState with(Part added) {
        Stream<Part> others = parts.stream()
                .filter(part -> !part.address().name().equals(added.address().name()));
        return new RunState(
                launcher,
                Stream.concat(others, Stream.of(added))
                        .sorted(Comparator.comparing(part -> part.address().name()))
                        .toList());
    }

    /** Ends all that runs: the launcher first, then each stage at once. */
    private void end() {
        Optional.ofNullable(launcher)
                .flatMap(ProcessId::running)
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .ifPresent(process -> Signals.end(List.of(process)));
        var stages = new TreeMap<Integer, List<ProcessHandle>>();
        for (Part part : parts) {
            List<ProcessHandle> stage = stages.computeIfAbsent(part.address().stage(), number -> new ArrayList<>());
            part.process().running().ifPresent(stage::add);
        }
        stages.values().forEach(Signals::end);
    }

    private boolean runs() {
        return Optional.ofNullable(launcher).flatMap(ProcessId::running).isPresent()
                || parts.stream().anyMatch(part -> part.process().running().isPresent());
    }

    private static Path file(Path runFolder) {
        return runFolder.resolve("state.json");
    }
}
