package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the script says when there is nothing to start, in a folder of its own beside the built modules. */
class DemoScriptIT {

    @TempDir
    Path root;

    /** The end of a run: its exit code, and the lines on both streams. */
    private record Run(int code, List<String> lines) {}

    @BeforeEach
    void layOut() throws IOException {
        Path project = SharedSuite.ROOT.toRealPath();
        Files.copy(project.resolve("demo"), root.resolve("demo"));
        assertThat(root.resolve("demo").toFile().setExecutable(true)).isTrue();
        for (String part :
                List.of("pom.xml", "config", "libs", "registry-service", "lock-service", "gateway", "tools")) {
            Files.createSymbolicLink(root.resolve(part), project.resolve(part));
        }
    }

    @Test
    void helpNamesTheCommands() throws Exception {
        Run run = demo("--help");

        assertThat(run.code()).isZero();
        assertThat(run.lines()).anyMatch(line -> line.contains("--once")).anyMatch(line -> line.contains("down"));
    }

    @Test
    void anUnknownArgumentIsOneLine() throws Exception {
        assertThat(demo("--twice")).isEqualTo(new Run(2, List.of("demo: unknown argument --twice: see ./demo --help")));
    }

    @Test
    void aPortThatIsNoneIsOneLine() throws Exception {
        assertThat(demo("up", "--port", "70000"))
                .isEqualTo(new Run(2, List.of("demo: --port needs a number from 1 to 65535")));
    }

    @Test
    void statusAndDownSayThatNothingRuns() throws Exception {
        assertThat(demo("status")).isEqualTo(new Run(3, List.of("Holdfast does not run.")));
        assertThat(demo("down")).isEqualTo(new Run(0, List.of("Holdfast does not run.")));
    }

    @Test
    void aTakenPortIsOneLine() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Run run = demo("up", "--port", String.valueOf(taken.getLocalPort()));

            assertThat(run.code()).isEqualTo(1);
            assertThat(run.lines())
                    .containsExactly(
                            "Port " + taken.getLocalPort() + " is taken: choose another for the gateway with --port.");
        }
    }

    @Test
    void aMissingJdkIsOneLine() throws Exception {
        Path script = root.resolve("demo");
        Files.writeString(script, Files.readString(script).replaceFirst("jdk_folders=.*", "jdk_folders="));
        Path programs = Files.createDirectory(root.resolve("programs"));
        for (String program : List.of("cat", "dirname", "env", "grep", "sed")) {
            Path found = Stream.of("/usr/bin", "/bin")
                    .map(folder -> Path.of(folder, program))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            Files.createSymbolicLink(programs.resolve(program), found);
        }

        Run run = run(Map.of("PATH", programs.toString()), List.of("up"));

        assertThat(run).isEqualTo(new Run(1, List.of("demo: no JDK 25 found: install one, or set JAVA_HOME to it")));
    }

    private Run demo(String... arguments) throws Exception {
        return run(System.getenv(), List.of(arguments));
    }

    private Run run(Map<String, String> environment, List<String> arguments) throws Exception {
        var command = new ArrayList<>(List.of(root.resolve("demo").toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().retainAll(environment.keySet());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output.lines().toList());
    }
}
