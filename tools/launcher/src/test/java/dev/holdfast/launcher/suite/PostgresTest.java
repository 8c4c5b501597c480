package dev.holdfast.launcher.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresTest {

    /** Unpacked once: it takes longer than the rest of the test. */
    static final Path PROGRAMS = Path.of("target", "postgres").toAbsolutePath();

    @TempDir
    Path folder;

    private final Children children = new Children();
    private final int port = new FreePorts().next();

    @BeforeEach
    void beginRun() throws IOException {
        RunState.change(folder, before -> new RunState(null, List.of()));
    }

    @AfterEach
    void endAll() {
        children.close();
    }

    @Test
    void keepsWhatIsCommittedOverAKillAndFreezesWithAllItsProcesses() throws SQLException {
        Instance postgres = postgres();
        postgres.start();
        assertThat(ask("SHOW fsync")).isEqualTo("on");
        assertThat(ask("SHOW synchronous_commit")).isEqualTo("on");
        assertThat(ask("CREATE TABLE fruit AS SELECT 'pear' AS name; SELECT name FROM fruit"))
                .isEqualTo("pear");
        try (Connection open = Postgres.connect(port, "orders")) {
            assertThat(open.isValid(1)).isTrue();
            List<ProcessHandle> family = Signals.family(postgres.handles());
            assertThat(family).hasSizeGreaterThan(1);

            postgres.kill();

            assertThat(family).noneMatch(Signals::runs);
        }

        postgres.start();

        assertThat(ask("SELECT name FROM fruit")).isEqualTo("pear");
        try (Connection open = Postgres.connect(port, "orders")) {
            postgres.pause();
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> open.createStatement().execute("SELECT 1"));
            postgres.resume();
        }
        assertThat(ask("SELECT name FROM fruit")).isEqualTo("pear");
        try (Connection open = Postgres.connect(port, "orders")) {
            assertThat(open.isValid(1)).isTrue();
            assertThat(postgres.drain(Duration.ofSeconds(10))).isTrue();
        }
    }

    private String ask(String sql) throws SQLException {
        try (Connection connection = Postgres.connect(port, "inventory");
                Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            if (!rows) {
                statement.getMoreResults();
            }
            ResultSet result = statement.getResultSet();
            result.next();
            return result.getString(1);
        }
    }

    private Instance postgres() {
        Path log = folder.resolve("postgres.log");
        var address =
                new Instance.Address("postgres", URI.create("postgresql://127.0.0.1:" + port), null, null, log, 1);
        return new Instance(
                address,
                () -> Postgres.command(PROGRAMS, port, folder.resolve("data"), log, children),
                () -> Postgres.serves(URI.create("postgresql://127.0.0.1:" + port)),
                children,
                folder);
    }
}
