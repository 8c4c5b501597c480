package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the script says and does, in a folder of its own beside the built modules. */
class DemoScriptIT {

    @TempDir
    Path root;

    /** The end of a run: its exit code, and the lines on both streams. */
    private record Run(int code, List<String> lines) {}

    @BeforeEach
    void layOut() throws IOException {
        Path project = SharedSuite.ROOT.toRealPath();
        Files.createDirectory(root.resolve("bin"));
        for (String script : List.of("demo", "bin/build.sh")) {
            Files.copy(project.resolve(script), root.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
        }
        for (String part : List.of(
                "pom.xml",
                "config",
                "libs",
                "registry-service",
                "demo-issuer",
                "lock-service",
                "gateway",
                "demo-order-service",
                "demo-inventory-service",
                "tools")) {
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
    void whatIsDoneToAnInstanceNeedsItsNameAndASuite() throws Exception {
        assertThat(demo("kill"))
                .isEqualTo(new Run(2, List.of("demo: kill needs the name of an instance: ./demo status shows them")));
        assertThat(demo("start", "lock-service-1")).isEqualTo(new Run(3, List.of("Holdfast does not run.")));
        assertThat(demo("token")).isEqualTo(new Run(3, List.of("Holdfast does not run.")));
    }

    @Test
    @ExtendWith(SharedSuite.class)
    void anInstanceOfASuiteThatRunsIsKilledDrainedAndStartedAgain(Suite suite) throws Exception {
        joinSharedRun();
        String name = "lock-service-2";

        assertThat(demo("kill", "nobody"))
                .isEqualTo(new Run(
                        2,
                        List.of(
                                "There is no instance nobody, but these: gateway, inventory-service, issuer, lock-service-1, "
                                        + "lock-service-2, order-service-1, order-service-2, postgres, redis, registry-1, "
                                        + "registry-2.")));
        assertThat(demo("start", name)).isEqualTo(new Run(1, List.of(name + " runs already.")));

        assertThat(demo("kill", name))
                .isEqualTo(new Run(0, List.of(name + " is killed: ./demo start " + name + " starts it again.")));
        assertThat(suite.instance(name).runs()).isFalse();
        assertThat(demo("kill", name))
                .isEqualTo(new Run(1, List.of(name + " does not run: ./demo start " + name + " starts it.")));
        assertThat(demo("status").code()).isEqualTo(1);
        assertThat(demo("status").lines()).anyMatch(line -> line.matches(name + " +gone .*"));
        assertStarted(name, suite);

        Run drain = demo("drain", name);
        assertThat(drain.code()).isZero();
        assertThat(drain.lines()).singleElement().asString().startsWith(name + " drained and ended within ");
        assertThat(suite.instance(name).runs()).isFalse();
        assertStarted(name, suite);
        assertThat(demo("status").code()).isZero();
    }

    private void assertStarted(String name, Suite suite) throws Exception {
        Run start = demo("start", name);
        assertThat(start.code()).isZero();
        assertThat(start.lines()).singleElement().asString().startsWith(name + " is routable again after ");
        assertThat(suite.instance(name).runs()).isTrue();
    }

    @Test
    @ExtendWith(SharedSuite.class)
    void aTokenIsPrintedAloneAndOpensTheDoor(Suite suite) throws Exception {
        joinSharedRun();

        Run run = demo("token", "--scope", "locks:read locks:write", "--namespace", "tests", "--lifetime", "15m");
        assertThat(run.code()).isZero();
        String token = run.lines().getFirst();
        assertThat(run.lines()).containsExactly(token);
        try (var http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(suite.gateway().resolve("/v1/namespaces/tests/locks"))
                    .header("Authorization", "Bearer " + token)
                    .build();
            assertThat(http.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
        }

        assertThat(demo("token", "--lifetime", "90"))
                .isEqualTo(
                        new Run(2, List.of("demo: --lifetime needs a number with its unit, such as 90s, 15m or 1h")));
        assertThat(demo("token", "--namespace", "a/b").lines())
                .singleElement()
                .asString()
                .startsWith("demo: The issuer refused a token: 400 invalid_request: namespaces");
    }

    private void joinSharedRun() throws IOException {
        Files.createDirectory(root.resolve(".demo"));
        Files.createSymbolicLink(root.resolve(".demo/run"), SharedSuite.RUN.toRealPath());
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
        Path script = root.resolve("bin/build.sh");
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
