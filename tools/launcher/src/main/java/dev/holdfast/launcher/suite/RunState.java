package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What runs, as another launcher can read it from the run folder.
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

    /** An instance of the suite. */
    public record Part(Instance.Address address, ProcessId process) {}

    /** Reads the state of a run. Empty when there is none, or when nothing of it runs any more. */
    public static Optional<RunState> read(Path runFolder) throws IOException {
        Path file = file(runFolder);
        return Files.exists(file)
                ? Optional.of(JSON.readValue(Files.readAllBytes(file), RunState.class))
                        .filter(RunState::runs)
                : Optional.empty();
    }

    void write(Path runFolder) throws IOException {
        Path draft = runFolder.resolve("state.json.new");
        Files.write(draft, JSON.writeValueAsBytes(this));
        Files.move(draft, file(runFolder), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Forgets a run. */
    public static void remove(Path runFolder) throws IOException {
        Files.deleteIfExists(file(runFolder));
    }

    /** Ends all that runs: the launcher first, then each stage at once. */
    public void end() {
        Optional.ofNullable(launcher).flatMap(ProcessId::running).ifPresent(process -> Signals.end(List.of(process)));
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
