package dev.holdfast.lock.web;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One keep-alive connection on which requests are written by hand, byte for byte. */
final class RawConnection implements AutoCloseable {
    private final Socket socket;
    private final String authorization;
    private final InputStream in;

    /** @param stallMillis how long an answer may take before the connection counts as stalled */
    RawConnection(int port, int stallMillis) throws IOException {
        this(port, stallMillis, ServiceTest.BEARER);
    }

    RawConnection(int port, int stallMillis, String authorization) throws IOException {
        this.authorization = authorization;
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(stallMillis);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends a request and returns the status of the answer. */
    int exchange(String method, String path, String body) throws IOException {
        send(method, path, body);
        return status();
    }

    void send(String method, String path, String body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: ")
                .append(authorization)
                .append("\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (!body.isEmpty()) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
        }
        write(head + "\r\n" + body);
    }

    void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    /** The status of the next answer; its body is skipped. */
    int status() throws IOException {
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        int length = 0;
        for (String header = line(); !header.isEmpty(); header = line()) {
            if (header.regionMatches(true, 0, "Content-Length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return status;
    }

    /** Whether the server has closed the connection, or does within the time of a stall. */
    boolean isClosed() throws IOException {
        return in.read() < 0;
    }

    /** Whether the server closes the connection after whatever it still has to say. */
    boolean isClosedAfterTheRest() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
        return isClosed();
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
