package dev.holdfast.tests;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One keep-alive connection, on which HTTP/1.1 is written by hand: no client retries, pools or reconnects. */
final class RawConnection implements AutoCloseable {

    private static final int STALL_MILLIS = 5_000;

    private final Socket socket;
    private final InputStream in;
    private final String authorization;

    RawConnection(URI service, String authorization) throws IOException {
        this.authorization = authorization;
        socket = new Socket(InetAddress.ofLiteral(service.getHost()), service.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(STALL_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    void sendPut(String path, String lock, String headers) throws IOException {
        String body = "{\"locks\":[{\"name\":\"" + lock + "\"}],\"ttl\":\"PT30S\"}";
        send("PUT " + path + " HTTP/1.1\r\nHost: holdfast\r\nContent-Type: application/json\r\n" + headers
                + authorization() + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    void sendDelete(String path) throws IOException {
        send("DELETE " + path + " HTTP/1.1\r\nHost: holdfast\r\n" + authorization() + "\r\n");
    }

    /** Reads a response to its end and returns its status. A read that takes five seconds is a stall and throws. */
    int readStatus() throws IOException {
        int status = Integer.parseInt(readLine().split(" ", -1)[1]);
        int length = 0;
        boolean chunked = false;
        for (String header = readLine(); !header.isEmpty(); header = readLine()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).trim());
            }
            chunked |= lower.equals("transfer-encoding: chunked");
        }
        if (chunked) {
            skipChunks();
        } else {
            in.skipNBytes(length);
        }
        return status;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String authorization() {
        return "Authorization: " + authorization + "\r\n";
    }

    private void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void skipChunks() throws IOException {
        int size;
        do {
            size = Integer.parseInt(readLine(), 16);
            in.skipNBytes(size);
            readLine();
        } while (size > 0);
    }

    private String readLine() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("The connection was closed after: " + line);
            }
            line.append((char) next);
        }
        return line.toString().trim();
    }
}
