package dev.holdfast.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** A real PostgreSQL on a free port of this machine, which keeps its promises: a commit is on the disk. */
public final class TestPostgres implements AutoCloseable {

    private final Path data;
    private EmbeddedPostgres server;

    /** Starts one with this database, which is empty. */
    public TestPostgres(String database) {
        try {
            // Of the module that is tested, so that a clean removes it.
            data = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target").toAbsolutePath()), "postgres");
            server = start(0);
            create(database);
        } catch (IOException | SQLException e) {
            throw new IllegalStateException("PostgreSQL did not start", e);
        }
    }

    private EmbeddedPostgres start(int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on");
        return (port == 0 ? builder : builder.setPort(port)).start();
    }

    /** What {@code HOLDFAST_POSTGRES} is to be. */
    public String address() {
        return "127.0.0.1:" + server.getPort();
    }

    private void create(String database) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + database);
        }
    }

    /** Stops all of its processes where they are: connections stay open and say nothing. */
    public void freeze() {
        signal("STOP");
        // And the connections that it took in between: now it takes no more.
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    /** Ends it without warning. */
    public void kill() {
        processes().forEach(ProcessHandle::destroyForcibly);
    }

    /** Starts it again on the same port, with what was committed. */
    public void restart() {
        int port = server.getPort();
        close();
        try {
            server = start(port);
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start again", e);
        }
    }

    private void signal(String name) {
        List<String> pids =
                processes().map(process -> String.valueOf(process.pid())).toList();
        try {
            new ProcessBuilder(Stream.concat(Stream.of("kill", "-" + name), pids.stream())
                            .toList())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The postmaster first: it must not start others meanwhile. */
    private Stream<ProcessHandle> processes() {
        try {
            long postmaster = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
            return ProcessHandle.of(postmaster).stream()
                    .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
