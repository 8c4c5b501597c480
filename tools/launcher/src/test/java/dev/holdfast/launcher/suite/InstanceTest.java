package dev.holdfast.launcher.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances that are small programs. */
class InstanceTest {

    @TempDir
    Path folder;

    private final Children children = new Children();

    @BeforeEach
    void beginRun() throws IOException {
        RunState.change(folder, before -> new RunState(null, List.of()));
    }

    @AfterEach
    void endAll() {
        children.close();
    }

    @Test
    void isReadyWhenItsProbeSaysSo() {
        Instance instance = instance("touch up; exec sleep 60", () -> Files.exists(folder.resolve("up")));

        instance.start();

        assertThat(instance.runs()).isTrue();
        assertThat(folder.resolve("up")).exists();
    }

    @Test
    void aFailedStartNamesTheLogAndItsLastErrors() {
        Instance instance = instance("echo harmless; echo 'ERROR no disk'; echo afterwards; exit 3", () -> false);

        assertThatExceptionOfType(StartFailure.class)
                .isThrownBy(instance::start)
                .withMessageContaining("part ended while it started")
                .withMessageContaining(folder.resolve("part.log").toString())
                .withMessageEndingWith("\n  ERROR no disk");
    }

    @Test
    void startsAgainAfterAKill() {
        Instance instance = instance("echo started; exec sleep 60", () -> true);
        instance.start();
        await().untilAsserted(() -> assertThat(folder.resolve("part.log")).hasContent("started"));
        instance.kill();
        assertThat(instance.runs()).isFalse();

        instance.start();

        assertThat(instance.runs()).isTrue();
        await().untilAsserted(() -> assertThat(folder.resolve("part.log")).hasContent("started\nstarted"));
    }

    @Test
    void aFrozenInstanceCanBeTerminated() throws IOException {
        Instance instance = instance("trap 'echo asked; exit' TERM; while :; do sleep 0.1; done", () -> true);
        instance.start();
        instance.pause();

        instance.terminate();

        assertThat(instance.runs()).isFalse();
        assertThat(Files.readString(folder.resolve("part.log"))).contains("asked");
    }

    @Test
    void aHangUpAndAnInterruptAreNotForIt() {
        Instance instance = instance("echo up; exec sleep 60", () -> true);
        instance.start();
        await().untilAsserted(() -> assertThat(folder.resolve("part.log")).hasContent("up"));

        Signals.send("HUP", instance.handles());
        Signals.send("INT", instance.handles());
        Signals.send("CONT", instance.handles());

        assertThat(instance.runs()).isTrue();
    }

    @Test
    void nothingRunsOrStartsOnceTheChildrenAreClosed() {
        Instance instance = instance("sleep 60 & wait", () -> true);
        instance.start();
        List<ProcessHandle> family =
                await().until(() -> instance.handles().getFirst().descendants().toList(), found -> !found.isEmpty());

        children.close();

        assertThat(family).noneMatch(Signals::runs);
        assertThat(instance.runs()).isFalse();
        assertThatExceptionOfType(StartFailure.class).isThrownBy(instance::start);
    }

    @Test
    void aRunEndsWithItsProcesses() throws IOException {
        Instance instance = instance("exec sleep 60", () -> true);
        instance.start();

        RunState.end(folder);

        assertThat(instance.runs()).isFalse();
        assertThat(RunState.read(folder)).isEmpty();
    }

    @Test
    void aRunLeavesALaterProcessOfTheSamePidAlone() throws IOException {
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            var earlier = new RunState.ProcessId(other.pid(), Instant.now().minusSeconds(3600));
            Instance instance = instance("exec sleep 60", () -> true);
            RunState.change(
                    folder,
                    before -> new RunState(
                            earlier, List.of(new RunState.Part(instance.address(), earlier, List.of("sleep")))));

            assertThat(instance.runs()).isFalse();
            instance.kill();
            RunState.end(folder);

            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void anotherLauncherEndsAnInstanceAndStartsItAgain() throws IOException {
        Instance instance = instance("exec sleep 60", () -> true);
        instance.start();
        RunState.Part part = RunState.read(folder).orElseThrow().part("part").orElseThrow();
        try (var probes = new Probes(() -> "")) {
            Instance elsewhere = Instance.of(part, probes, folder);
            assertThatExceptionOfType(StartFailure.class)
                    .isThrownBy(elsewhere::launch)
                    .withMessage("part runs already.");

            elsewhere.kill();
            assertThat(instance.runs()).isFalse();
            elsewhere.launch();

            assertThat(instance.runs()).isTrue();
            assertThat(instance.handles()).isEqualTo(elsewhere.handles());
            instance.kill();
            assertThat(elsewhere.runs()).isFalse();
        }
    }

    private Instance instance(String script, BooleanSupplier ready) {
        var address = new Instance.Address(
                "part", URI.create("http://127.0.0.1:9"), null, null, folder.resolve("part.log"), 0);
        return new Instance(address, () -> List.of("sh", "-c", script), ready, children, folder);
    }
}
