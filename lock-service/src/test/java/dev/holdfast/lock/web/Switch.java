package dev.holdfast.lock.web;

import dev.holdfast.lock.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** An address behind which one server or another stands, as behind a name: connections stay where they are. */
final class Switch implements AutoCloseable {
    private final ServerSocket address;
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile int target;

    Switch(TestRedis to) {
        try {
            address = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lead(to);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return address.getLocalPort();
    }

    /** How many connections came. */
    int accepted() {
        return accepted.get();
    }

    /** Leads those who connect from now on to this one. */
    void lead(TestRedis to) {
        target = to.port();
    }

    private void accept() {
        while (!address.isClosed()) {
            try {
                connect(address.accept());
            } catch (IOException e) {
                // It is closed.
            }
        }
    }

    private void connect(Socket caller) throws IOException {
        accepted.incrementAndGet();
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            Thread.ofVirtual().start(() -> pass(caller, server));
            Thread.ofVirtual().start(() -> pass(server, caller));
        } catch (IOException e) {
            caller.close();
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of both has gone, so the other goes too.
        }
    }

    @Override
    public void close() {
        try {
            address.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
