package dev.holdfast.launcher.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisTest {

    @TempDir
    Path folder;

    private final Children children = new Children();
    private final int port = new FreePorts().next();

    @BeforeEach
    void makeFolder() throws IOException {
        Files.createDirectories(folder.resolve("data"));
        RunState.change(folder, before -> new RunState(null, List.of()));
    }

    @AfterEach
    void endAll() {
        children.close();
    }

    @Test
    void keepsItsDataOverAKillAndForgetsItOnRequest() throws IOException {
        Redis redis = redis();
        redis.instance().start();
        assertThat(Redis.ask(uri(port), "SET fruit pear")).isEqualTo("+OK");
        redis.instance().kill();
        redis.instance().start();
        assertThat(Redis.ask(uri(port), "EXISTS fruit")).isEqualTo(":1");

        redis.flushAll();
        assertThat(Redis.ask(uri(port), "EXISTS fruit")).isEqualTo(":0");

        assertThat(Redis.ask(uri(port), "SET fruit pear")).isEqualTo("+OK");
        redis.restartEmpty();
        assertThat(Redis.ask(uri(port), "EXISTS fruit")).isEqualTo(":0");
    }

    @Test
    void doesNotAnswerWhileFrozen() throws IOException {
        Redis redis = redis();
        redis.instance().start();
        redis.instance().pause();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> Redis.ask(uri(port), "PING"));

        redis.instance().resume();

        assertThat(Redis.ask(uri(port), "PING")).isEqualTo("+PONG");
    }

    private Redis redis() {
        Path data = folder.resolve("data");
        var address = new Instance.Address(
                "redis", URI.create("redis://127.0.0.1:" + port), null, null, folder.resolve("redis.log"), 1);
        return new Redis(
                new Instance(
                        address,
                        () -> Redis.command(folder.resolve("programs"), port, data),
                        () -> Redis.answers(uri(port)),
                        children,
                        folder),
                data);
    }

    private static URI uri(int port) {
        return URI.create("redis://127.0.0.1:" + port);
    }
}
