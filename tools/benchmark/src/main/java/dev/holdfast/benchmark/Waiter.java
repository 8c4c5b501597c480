package dev.holdfast.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;

/** A client that waits for a lock, with a connection of its own. */
final class Waiter {

    private final Connection connection;
    private final String lock;
    private final UUID lease = UUID.randomUUID();
    private volatile long position;
    private volatile boolean gone;

    Waiter(Connection connection, String lock) {
        this.connection = connection;
        this.lock = lock;
    }

    /** Queues, which tells its place, and sends the request that waits. */
    void queue() throws IOException {
        position = connection
                .queue(lease, lock)
                .expect(202)
                .json()
                .path("position")
                .asLong();
        connection.sendWait(lease, lock);
    }

    /** Waits for as long as it takes; returns when it has the lock. */
    Grant await() throws IOException {
        Reply reply = connection.receive();
        while (reply.status() == 202) {
            connection.sendWait(lease, lock);
            reply = connection.receive();
        }
        long received = System.nanoTime();
        return new Grant(this, reply.granted().json().path("fencingToken").asLong(), received);
    }

    void acquire() throws IOException {
        connection.acquire(lease, lock, "exclusive").granted();
    }

    void release() {
        try {
            connection.release(lease).expect(204);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Dies. */
    void hangUp() {
        gone = true;
        connection.close();
    }

    boolean isGone() {
        return gone;
    }

    UUID lease() {
        return lease;
    }

    String lock() {
        return lock;
    }

    /** Its place in the queue when it came, from 1. */
    long position() {
        return position;
    }

    @Override
    public String toString() {
        return "lease " + lease + ", " + position + " for " + lock;
    }

    /** A lock that a waiter was handed. */
    record Grant(Waiter waiter, long token, long receivedNanos) {}
}
