package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of 127.0.0.1 that nobody listens on. They lie below the ranges from which systems take the ports of outgoing
 * connections, so that an instance finds its port free when it is started again.
 */
final class FreePorts {

    private static final int FIRST = 20_000;
    private static final int BOUND = 32_000;

    private final Set<Integer> given = new HashSet<>();

    int next() {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, BOUND);
            if (given.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new StartFailure("No free port between " + FIRST + " and " + BOUND + " was found.");
    }

    static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
