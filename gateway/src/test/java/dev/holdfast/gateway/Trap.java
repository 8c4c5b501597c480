package dev.holdfast.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that takes a request and never answers it, or resets the connection. */
final class Trap implements AutoCloseable {

    private final AtomicInteger requests = new AtomicInteger();
    private final ServerSocket server;
    private final boolean resets;

    private Trap(boolean resets) {
        this.resets = resets;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Keeps still, as a process that is stopped does. */
    static Trap still() {
        return new Trap(false);
    }

    static Trap resetting() {
        return new Trap(true);
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many requests, or parts of one, came. */
    int requests() {
        return requests.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> swallow(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void swallow(Socket socket) {
        byte[] bytes = new byte[1024];
        try (socket) {
            if (socket.getInputStream().read(bytes) > 0) {
                requests.incrementAndGet();
            }
            socket.setSoLinger(true, 0);
            while (!resets && socket.getInputStream().read(bytes) >= 0) {
                // until the gateway gives up
            }
        } catch (IOException e) {
            // as intended
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
