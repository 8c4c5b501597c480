package dev.holdfast.launcher.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SuiteTest {

    @TempDir
    Path root;

    @BeforeEach
    void shareWhatIsUnpacked() throws IOException {
        Files.createDirectories(PostgresTest.PROGRAMS);
        Files.createDirectory(root.resolve(".demo"));
        Files.createSymbolicLink(root.resolve(".demo/postgres"), PostgresTest.PROGRAMS);
    }

    @Test
    void aTakenPortIsOneLineBeforeAnythingIsStarted() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                var suite = new Suite(options(taken.getLocalPort()))) {
            assertThatExceptionOfType(StartFailure.class)
                    .isThrownBy(suite::start)
                    .withMessage("Port %d is taken: choose another for the gateway with --port.", taken.getLocalPort());
            assertThat(RunState.read(root.resolve("run"))).isEmpty();
        }
    }

    @Test
    void whenAServiceIsMissingNothingIsLeftRunning() throws IOException {
        try (var suite = new Suite(options(0))) {
            assertThatExceptionOfType(StartFailure.class)
                    .isThrownBy(suite::start)
                    .withMessageContaining("run mvn package");
            assertThat(suite.redis().instance().runs()).isFalse();
            assertThat(suite.postgres().runs()).isFalse();
            assertThat(RunState.read(root.resolve("run"))).isEmpty();
        }
    }

    private SuiteOptions options(int port) {
        return new SuiteOptions(root, root.resolve("run"), port, 1, line -> {});
    }
}
