package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Signals to processes, each known by its handle. */
final class Signals {

    /** Longer than a drain, which serves on for about three seconds, and the end of what is under way then. */
    private static final Duration TERMINATION = Duration.ofSeconds(40);

    private static final Duration KILL = Duration.ofSeconds(5);

    private Signals() {}

    /** Ends processes and what they started: asks them first, then forces all that still run. */
    static void end(Collection<ProcessHandle> processes) {
        List<ProcessHandle> family = family(processes);
        if (!terminate(processes, TERMINATION)) {
            kill(family);
        }
    }

    /** Asks processes to end, and returns whether they did so within the limit, with all that they had started. */
    static boolean terminate(Collection<ProcessHandle> processes, Duration limit) {
        List<ProcessHandle> family = family(processes);
        if (family.isEmpty()) {
            return true;
        }
        // A frozen process would see the request only when thawed.
        send("CONT", family);
        processes.forEach(Signals::ask);
        return awaitEnd(family, limit);
    }

    /** PostgreSQL waits on SIGTERM until its clients have left; on SIGINT it sends them away. */
    private static void ask(ProcessHandle process) {
        if (process.info().command().orElse("").endsWith("/postgres")) {
            send("INT", List.of(process));
        } else {
            process.destroy();
        }
    }

    static void kill(Collection<ProcessHandle> processes) {
        List<ProcessHandle> family = family(processes);
        family.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(family, KILL);
    }

    /** The processes that run, with all that they started: PostgreSQL serves each connection by a process of its own. */
    static List<ProcessHandle> family(Collection<ProcessHandle> processes) {
        return processes.stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .filter(Signals::runs)
                .distinct()
                .toList();
    }

    /** Whether a process runs. A zombie does not: an orphan stays one where nobody reaps. */
    static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    static void send(String signal, Collection<ProcessHandle> processes) {
        if (processes.isEmpty()) {
            return;
        }
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
