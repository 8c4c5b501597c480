package dev.holdfast.ejection;

import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A real server of one of several tempers, on a port of its own. */
record Peer(int port, Closeable server) implements Closeable {

    /** Answers: /ok with 200, /failure with 500, and /slow never. */
    static Peer well() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/ok", exchange -> exchange.sendResponseHeaders(200, -1));
        server.createContext("/failure", exchange -> exchange.sendResponseHeaders(500, -1));
        server.createContext("/slow", exchange -> {});
        server.start();
        return new Peer(server.getAddress().getPort(), () -> server.stop(0));
    }

    /** Refuses connections: nobody listens there any more. */
    static Peer gone() throws IOException {
        try (ServerSocket socket = listen()) {
            return new Peer(socket.getLocalPort(), () -> {});
        }
    }

    /** Takes connections and never answers, as a process that is stopped does. */
    static Peer still() throws IOException {
        ServerSocket socket = listen();
        return new Peer(socket.getLocalPort(), socket);
    }

    /** Takes connections and resets them. */
    static Peer resetting() throws IOException {
        ServerSocket socket = listen();
        Thread thread = new Thread(() -> resetAll(socket));
        thread.setDaemon(true);
        thread.start();
        return new Peer(socket.getLocalPort(), socket);
    }

    private static void resetAll(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setSoLinger(true, 0);
                socket.getInputStream().read();
            } catch (IOException e) {
                return;
            }
        }
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
