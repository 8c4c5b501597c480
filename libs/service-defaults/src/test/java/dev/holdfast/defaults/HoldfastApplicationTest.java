package dev.holdfast.defaults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldfastApplicationTest {

    @TempDir
    Path home;

    @Test
    void settingsComeFromWhatAllShareThenTheServiceThenTheFolderThenTheArguments() throws Exception {
        Files.createDirectory(home.resolve("config"));
        Files.writeString(home.resolve("config/sample-service.yml"), "sample.folder: folder");

        assertThat(startAtHome("--sample.argument=argument"))
                .contains(
                        "name=sample-service",
                        "shared=application",
                        "both=service",
                        "folder=folder",
                        "argument=argument");
    }

    /** In a process of its own, because a folder is found from where a process was started. */
    private List<String> startAtHome(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SampleService.class.getName()));
        command.addAll(List.of(args));
        Process service = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(service.getInputStream().readAllBytes(), UTF_8);
        assertThat(service.waitFor()).as(output).isZero();
        return output.lines().toList();
    }
}
