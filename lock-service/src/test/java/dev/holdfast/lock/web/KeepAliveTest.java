package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Holds the pins of reactor-netty and Netty: with older ones a keep-alive connection stops being read now and then. */
class KeepAliveTest extends RedisServiceTest {
    private static final int PAIRS = 5_000;
    private static final int STALL_MILLIS = 5_000;

    @Test
    void thousandsOfPairsOverOneRawConnectionNeverStall() throws IOException {
        try (RawConnection connection = new RawConnection(port, STALL_MILLIS)) {
            for (int i = 0; i < PAIRS; i++) {
                String path = leasePath(newId());
                assertThat(connection.exchange("PUT", path, body("a", "PT30S"))).isEqualTo(201);
                assertThat(connection.exchange("DELETE", path, "")).isEqualTo(204);
            }
        }
    }
}
