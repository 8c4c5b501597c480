package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Signals to processes, each known by its handle. */
final class Signals {

    /** Longer than a drain, which serves on for about three seconds. */
    private static final Duration TERMINATION = Duration.ofSeconds(15);

    private static final Duration KILL = Duration.ofSeconds(5);

    private Signals() {}

    /** Ends processes together: asks first, then forces those that still run. */
    static void end(Collection<ProcessHandle> processes) {
        List<ProcessHandle> alive = processes.stream().filter(Signals::runs).toList();
        if (alive.isEmpty()) {
            return;
        }
        // A frozen process would see the request only when thawed.
        send("CONT", alive);
        alive.forEach(ProcessHandle::destroy);
        if (!awaitEnd(alive, TERMINATION)) {
            kill(alive);
        }
    }

    static void kill(Collection<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(processes, KILL);
    }

    /** Whether a process runs. A zombie does not: an orphan stays one where nobody reaps. */
    static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    static void send(String signal, Collection<ProcessHandle> processes) {
        String pids =
                processes.stream().map(ProcessHandle::pid).map(String::valueOf).collect(Collectors.joining(" "));
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pids + " 2>/dev/null")
                    .start()
                    .waitFor();
        } catch (IOException failure) {
            throw new IllegalStateException("No shell to send a signal with", failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean awaitEnd(Collection<ProcessHandle> processes, Duration limit) {
        return Await.until(() -> processes.stream().noneMatch(Signals::runs), limit);
    }
}
