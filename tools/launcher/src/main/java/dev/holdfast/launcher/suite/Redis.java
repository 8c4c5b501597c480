package dev.holdfast.launcher.suite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
        return command(RedisBinary.find(programs), data, List.of("--port", String.valueOf(port)));
    }

    /** As {@link #command}, for one that speaks TLS alone. */
    static List<String> tlsCommand(Path programs, int port, Path data, Path tls) {
        Path server = RedisBinary.find(programs);
        RedisBinary.requireTls(server);
        return command(
                server,
                data,
                List.of(
                        "--port",
                        "0",
                        "--tls-port",
                        String.valueOf(port),
                        "--tls-cert-file",
                        tls.resolve("tls.crt").toString(),
                        "--tls-key-file",
                        tls.resolve("tls.key").toString(),
                        "--tls-ca-cert-file",
                        tls.resolve("ca.crt").toString(),
                        "--tls-auth-clients",
                        "no"));
    }

    private static List<String> command(Path server, Path data, List<String> place) {
        List<String> command = new ArrayList<>(List.of(server.toString(), "--bind", "127.0.0.1"));
        command.addAll(place);
        command.addAll(List.of(
                "--dir", data.toString(), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"));
        return command;
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
        String reply = ask(instance.uri(), "FLUSHALL");
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

    static boolean answers(URI uri) {
        try {
            return ask(uri, "PING").startsWith("+PONG");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** @param uri {@code redis://…}, or {@code rediss://…} for one that speaks TLS */
    static String ask(URI uri, String inlineCommand) throws IOException {
        try (var plain = new Socket()) {
            plain.connect(new InetSocketAddress(InetAddress.ofLiteral(uri.getHost()), uri.getPort()), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            Socket socket = uri.getScheme().equals("rediss") ? Tls.over(plain, uri) : plain;
            socket.getOutputStream().write((inlineCommand + "\r\n").getBytes(StandardCharsets.US_ASCII));
            var reply = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            return String.valueOf(reply.readLine());
        }
    }
}
