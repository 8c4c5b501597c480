package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code bin/with-lock}, by the machine's own shell and curl, through the gateway. */
@ExtendWith(SharedSuite.class)
class WithLockIT {

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final Suite suite;
    private final LockClient locks;
    private String token;
    private final UUID other = UUID.randomUUID();
    private final List<Process> begun = new ArrayList<>();

    /** The end of a run: its exit code, what the command wrote, and what the script said. */
    private record Run(int code, String output, String said) {}

    WithLockIT(Suite suite) throws IOException {
        this.suite = suite;
        this.token = suite.token(SharedSuite.OPERATOR);
        this.locks = SharedSuite.locks(suite, suite.gateway());
    }

    @AfterEach
    void endAll() {
        begun.forEach(Process::destroyForcibly);
        locks.close();
    }

    @Test
    void aCommandRunsWithItsTokenItsInputAndItsExitCode() throws Exception {
        Process process = begin("job", "--", "sh", "-c", "read line; echo $line $FENCING_TOKEN; exit 7");
        try (OutputStream input = process.getOutputStream()) {
            input.write("hello\n".getBytes(StandardCharsets.UTF_8));
        }

        Run run = end(process);

        assertThat(run.code()).isEqualTo(7);
        assertThat(run.output()).matches("hello [0-9]{16}\n");
        assertThat(run.said()).isEmpty();
        assertThat(inUse("job")).isFalse();
    }

    @Test
    void commandsUnderOneLockDoNotOverlap() throws Exception {
        String section = "mkdir section && sleep 0.1 && rmdir section";
        List<Process> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(begin("section", "--", "sh", "-c", section));
        }

        for (Process process : all) {
            assertThat(end(process)).isEqualTo(new Run(0, "", ""));
        }
    }

    @Test
    void sharersRunBesideEachOther() throws Exception {
        Process one = begin("-s", "shared", "--", "sh", "-c", "echo ${FENCING_TOKEN-none}; read line");
        await().atMost(LIMIT).until(() -> inUse("shared"));

        assertThat(run("-s", "-n", "shared", "--", "true").code()).isZero();
        assertThat(run("-n", "shared", "--", "true").code()).isEqualTo(75);

        one.getOutputStream().close();
        assertThat(end(one).output()).isEqualTo("none\n");
    }

    @Test
    void whoDoesNotWaitOrWaitsInVainIsToldSoAndLeavesTheQueue() throws Exception {
        locks.acquire(other, "busy", TTL, LIMIT);

        assertThat(run("-n", "busy", "--", "echo", "ran"))
                .isEqualTo(new Run(75, "", "with-lock: others have the lock busy\n"));
        assertThat(run("-w", "1", "busy", "--", "echo", "ran"))
                .isEqualTo(new Run(75, "", "with-lock: others have the lock busy\n"));
        assertThat(waiting("busy")).isZero();
        locks.release(other);
    }

    @Test
    void aSignalEndsAWaitAndItsPlaceInTheQueue() throws Exception {
        locks.acquire(other, "patience", TTL, LIMIT);
        Process process = begin("patience", "--", "echo", "ran");
        await().atMost(LIMIT).until(() -> waiting("patience") == 1);

        process.toHandle().destroy();

        assertThat(end(process)).isEqualTo(new Run(143, "", ""));
        assertThat(waiting("patience")).isZero();
        locks.release(other);
    }

    @Test
    void aSignalIsPassedOnToTheCommand() throws Exception {
        Process process =
                begin("signal", "--", "sh", "-c", "trap 'echo asked; exit 3' TERM; touch up; sleep 60 & wait");
        awaitFile("up");

        process.toHandle().destroy();

        assertThat(end(process)).isEqualTo(new Run(3, "asked\n", ""));
        assertThat(inUse("signal")).isFalse();
    }

    @Test
    void aBrokenLockEndsTheCommandAndAllThatItStarted() throws Exception {
        Process process = begin("-t", "6", "broken", "--", "sh", "-c", "sleep 61 & echo $! >child; wait");
        awaitFile("child");
        long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());

        assertThat(locks.breakLock("broken", Duration.ZERO).status()).isEqualTo(200);

        assertThat(end(process))
                .isEqualTo(new Run(124, "", "with-lock: the lease on broken has ended: ended the command\n"));
        await().atMost(LIMIT)
                .until(() ->
                        ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    }

    @Test
    void aLeaseThatCannotBeRenewedEndsTheCommandBeforeAnyoneElseHasTheLock() throws Exception {
        Process process =
                begin("-t", "6", "unheard", "--", "sh", "-c", "trap '' TERM; touch up; while :; do sleep 1; done");
        awaitFile("up");
        suite.redis().instance().pause();
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            suite.redis().instance().resume();
        }

        assertThat(end(process))
                .isEqualTo(new Run(
                        124, "", "with-lock: the lease on unheard was not renewed in time: ended the command\n"));
        await().atMost(LIMIT).until(() -> locks.lock("unheard").status() == 404);
    }

    @Test
    void aKilledScriptKeepsTheLockUntilItsCommandHasEnded() throws Exception {
        Process process =
                begin("-t", "6", "orphan", "--", "sh", "-c", "touch up; while [ ! -e down ]; do sleep 0.1; done");
        awaitFile("up");

        process.toHandle().destroyForcibly();
        // Longer than the lease would live by itself.
        await().during(Duration.ofSeconds(7)).atMost(LIMIT).until(() -> inUse("orphan"));

        Files.createFile(folder.resolve("down"));
        await().atMost(LIMIT).until(() -> !inUse("orphan"));
    }

    @Test
    void whoHasNoTokenOrOneForAnotherNamespaceIsToldSoAtOnce() throws Exception {
        token = "";
        Run run = run("secured", "--", "echo", "ran");
        assertThat(run.code()).isEqualTo(77);
        assertThat(run.output()).isEmpty();
        assertThat(run.said()).startsWith("with-lock: ").hasLineCount(1);

        token = suite.token(SharedSuite.OPERATOR.withNamespaces("others"));
        run = run("secured", "--", "echo", "ran");
        assertThat(run.code()).isEqualTo(77);
        assertThat(run.output()).isEmpty();
        assertThat(run.said()).startsWith("with-lock: ").contains("tests").hasLineCount(1);
    }

    @Test
    void noServiceIsToldApartFromABusyLock() throws Exception {
        Process process = start(URI.create("http://127.0.0.1:9"), "-w", "1", "nobody", "--", "echo", "ran");

        Run run = end(process);

        assertThat(run.code()).isEqualTo(69);
        assertThat(run.output()).isEmpty();
    }

    @Test
    void whatAnswersWithoutALeaseIsNotBelieved() throws Exception {
        HttpServer page = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        page.createContext("/", exchange -> {
            byte[] welcome = "<p>Welcome</p>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, welcome.length);
            exchange.getResponseBody().write(welcome);
            exchange.close();
        });
        page.start();
        try {
            URI url = URI.create("http://127.0.0.1:" + page.getAddress().getPort());
            Run run = end(start(url, "-w", "1", "portal", "--", "echo", "ran"));

            assertThat(run.code()).isEqualTo(69);
            assertThat(run.output()).isEmpty();
        } finally {
            page.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name",
                "name --",
                "name true",
                "-x name -- true",
                "na/me -- true",
                ".. -- true",
                "-t 5 name -- true",
                "-t -- name -- true",
                "-t 90000 name -- true",
                "-t 08 name -- true",
                "-w soon name -- true",
                "-w 010 name -- true",
                "-w",
                "--help-me name -- true"
            })
    void wrongArgumentsAreOneLine(String arguments) throws Exception {
        Run run = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(run.code()).isEqualTo(64);
        assertThat(run.said()).startsWith("with-lock: ").hasLineCount(1);
    }

    @Test
    void aCommandThatDoesNotExistTakesNoLock() throws Exception {
        assertThat(run("name", "--", "no-such-command"))
                .isEqualTo(new Run(127, "", "with-lock: there is no command no-such-command\n"));
    }

    private void awaitFile(String name) {
        await().atMost(LIMIT).until(() -> Files.exists(folder.resolve(name)));
        await().atMost(LIMIT).until(() -> name.equals("up") || Files.size(folder.resolve(name)) > 0);
    }

    private boolean inUse(String name) throws IOException, InterruptedException {
        Answer answer = locks.lock(name);
        assertThat(answer.status()).isIn(200, 404);
        return answer.status() == 200;
    }

    private int waiting(String name) throws IOException, InterruptedException {
        return locks.lock(name).body().path("waiting").asInt();
    }

    private Run run(String... arguments) throws Exception {
        return end(begin(arguments));
    }

    private Process begin(String... arguments) throws IOException {
        return start(suite.gateway(), arguments);
    }

    private Process start(URI service, String... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(SharedSuite.ROOT.toRealPath().resolve("bin/with-lock").toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("HOLDFAST_URL", service.toString());
        builder.environment().put("HOLDFAST_NAMESPACE", "tests");
        builder.environment().put("HOLDFAST_TOKEN", token);
        Process process = builder.start();
        begun.add(process);
        return process;
    }

    private static Run end(Process process) throws Exception {
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output, said);
    }
}
