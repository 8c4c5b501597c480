package dev.holdfast.launcher.suite;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * How a suite is run.
 *
 * @param root the project's folder, where the packaged services lie
 * @param runFolder where this run keeps its logs, state and data; emptied at the start
 * @param gatewayPort the gateway's port, or 0 for any free one
 * @param registries one registry, or two that are peers
 * @param tls whether all connections are over TLS
 * @param progress takes a line for each part that comes up
 */
public record SuiteOptions(
        Path root, Path runFolder, int gatewayPort, int registries, boolean tls, Consumer<String> progress) {

    public SuiteOptions {
        root = root.toAbsolutePath().normalize();
        runFolder = runFolder.toAbsolutePath().normalize();
        if (registries != 1 && registries != 2) {
            throw new IllegalArgumentException("One registry or two, not " + registries);
        }
    }

    /** Without TLS. */
    public SuiteOptions(Path root, Path runFolder, int gatewayPort, int registries, Consumer<String> progress) {
        this(root, runFolder, gatewayPort, registries, false, progress);
    }

    /** The same over TLS. */
    public SuiteOptions overTls() {
        return new SuiteOptions(root, runFolder, gatewayPort, registries, true, progress);
    }

    /** The run of {@code ./demo}. */
    public static SuiteOptions ofDemo(Path root, int gatewayPort, Consumer<String> progress) {
        return new SuiteOptions(root, root.resolve(".demo/run"), gatewayPort, 1, progress);
    }
}
