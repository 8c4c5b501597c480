package dev.holdfast.launcher.suite;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The processes that this launcher started. Once closed none of them runs, and none can be started. */
final class Children implements AutoCloseable {

    private final List<Process> started = new ArrayList<>();
    private boolean closed;

    /**
     * Starts a program that writes to a log file, in that file's folder. It ignores the terminal's hang-up and Ctrl-C:
     * who ends it is the launcher, in an order, or nobody.
     */
    synchronized Process start(Path log, List<String> command) throws IOException {
        if (closed) {
            throw new StartFailure("The suite is being stopped.");
        }
        var line = new ArrayList<>(List.of("sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh"));
        line.addAll(command);
        Process process = new ProcessBuilder(line)
                .directory(log.resolveSibling(".").toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        started.removeIf(earlier -> !earlier.isAlive());
        started.add(process);
        return process;
    }

    /** From here on nothing is started. */
    synchronized void refuse() {
        closed = true;
    }

    synchronized boolean refusing() {
        return closed;
    }

    @Override
    public void close() {
        refuse();
        Signals.kill(withDescendants());
    }

    private synchronized List<ProcessHandle> withDescendants() {
        return started.stream()
                .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process.toHandle())))
                .toList();
    }
}
