package dev.holdfast.lock.client;

import java.security.SecureRandom;
import java.util.UUID;

/** Fresh lease ids: UUIDs that begin with the time, so that a delayed request is known as such (RFC 9562, UUIDv7). */
final class LeaseIds {
    private static final SecureRandom RANDOM = new SecureRandom();

    private LeaseIds() {}

    static UUID next() {
        long version7 = 0x7000L;
        long variant = 0x8000_0000_0000_0000L;
        long high = System.currentTimeMillis() << 16 | version7 | RANDOM.nextInt(1 << 12);
        return new UUID(high, variant | RANDOM.nextLong() >>> 2);
    }
}
