package dev.holdfast.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * A connection to a lock service, on which requests follow one another. A socket and a virtual thread to each: ten
 * thousand that wait cost less than in a client library, and one is dropped as a dying client drops it.
 */
final class Connection implements Closeable {

    private static final int BUFFER = 1024;
    private static final Duration BEFORE_RETRY = Duration.ofMillis(100);

    private final Socket socket;
    private final InputStream in;
    private final String path;
    private final String authorization;
    private byte[] last = {};

    Connection(URI service, String namespace, String authorization) throws IOException {
        try {
            socket = new Socket(service.getHost(), service.getPort());
        } catch (BindException exhausted) {
            throw new IOException(
                    "no port is left to connect from: wait a minute, or widen net.ipv4.ip_local_port_range", exhausted);
        }
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        path = "/v1/namespaces/" + namespace;
        this.authorization = authorization;
    }

    /** Acquires, and does not wait. */
    Reply acquire(UUID lease, String lock, String mode) throws IOException {
        sendEnsure(lease, lock, mode, "");
        return receive();
    }

    /** Queues for exclusive use, and does not wait. */
    Reply queue(UUID lease, String lock) throws IOException {
        sendEnsure(lease, lock, "exclusive", "Prefer: wait=0\r\n");
        return receive();
    }

    /** Sends a request that waits as long as one may; the answer is {@link #receive()}d. */
    void sendWait(UUID lease, String lock) throws IOException {
        sendEnsure(lease, lock, "exclusive", "Prefer: wait=30\r\n");
    }

    private void sendEnsure(UUID lease, String lock, String mode, String header) throws IOException {
        String body = "{\"locks\":[{\"name\":\"" + lock + "\",\"mode\":\"" + mode + "\"}],\"ttl\":\"PT1H\"}";
        send("PUT", "/leases/" + lease, header + "Content-Type: application/json\r\n", body);
    }

    Reply release(UUID lease) throws IOException {
        send("DELETE", "/leases/" + lease, "", "");
        return receive();
    }

    Reply get(String what) throws IOException {
        send("GET", what, "", "");
        return receive();
    }

    private void send(String method, String what, String headers, String body) throws IOException {
        String head = method + " " + path + what + " HTTP/1.1\r\nHost: lock\r\nAuthorization: " + authorization + "\r\n"
                + headers + "Content-Length: " + body.length() + "\r\n\r\n";
        last = (head + body).getBytes(US_ASCII);
        socket.getOutputStream().write(last);
    }

    /** The answer to what was sent last. After a 503, which says that the outcome is unknown, it is sent again. */
    Reply receive() throws IOException {
        Reply reply = read();
        while (reply.status() == 503) {
            LockSupport.parkNanos(BEFORE_RETRY.toNanos());
            socket.getOutputStream().write(last);
            reply = read();
        }
        return reply;
    }

    private Reply read() throws IOException {
        String statusLine = line();
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring(header.indexOf(':') + 1).strip());
            }
        }
        String body = new String(in.readNBytes(length), UTF_8);
        return new Reply(Integer.parseInt(statusLine.split(" ", 3)[1]), body);
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int read = in.read(); read != '\n'; read = in.read()) {
            if (read < 0) {
                throw new EOFException("the lock service closed the connection");
            }
            if (read != '\r') {
                line.append((char) read);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException gone) {
            // As wanted.
        }
    }
}
