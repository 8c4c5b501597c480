package dev.holdfast.launcher.suite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The suite's Redis: a real server, with its data in the run folder. */
public final class Redis {

    private static final int TIMEOUT_MILLIS = 2_000;

    private final Instance instance;
    private final Path data;

    Redis(Instance instance, Path data) {
        this.instance = instance;
        this.data = data;
    }

    /** The command that runs a server; a program that has to be unpacked is kept in the given folder. */
    static List<String> command(Path programs, int port, Path data) {
        Path server = RedisBinary.find(programs);
        return List.of(
                server.toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--dir",
                data.toString(),
                "--appendonly",
                "yes",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction");
    }

    /** Its process: to kill, freeze, thaw and start. */
    public Instance instance() {
        return instance;
    }

    /** What tells a service to use it. */
    String argument() {
        return "--spring.data.redis.url=" + instance.uri();
    }

    /** Wipes all data, as an operator's mistake would. */
    public void flushAll() throws IOException {
        String reply = ask(instance.uri().getPort(), "FLUSHALL");
        if (!reply.startsWith("+OK")) {
            throw new IOException("FLUSHALL was answered with " + reply);
        }
    }

    /** Kills the server and starts one that knows nothing. */
    public void restartEmpty() throws IOException {
        instance.kill();
        Folders.delete(data);
        Files.createDirectories(data);
        instance.start();
    }

    static boolean answers(int port) {
        try {
            return ask(port, "PING").startsWith("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    static String ask(int port, String inlineCommand) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write((inlineCommand + "\r\n").getBytes(StandardCharsets.US_ASCII));
            var reply = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            return String.valueOf(reply.readLine());
        }
    }
}
