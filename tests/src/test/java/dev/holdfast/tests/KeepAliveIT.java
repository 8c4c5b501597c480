package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A keep-alive connection goes on being read. With reactor-netty 1.3.6 some stall after a DELETE that is answered at
 * once: three within 821 pairs. The lock service's own test holds a connection straight to it for 5,000.
 */
@ExtendWith(SharedSuite.class)
class KeepAliveIT {

    private static final int PAIRS = 1_000;

    @Test
    void aConnectionThroughTheGatewayDoesNotStall(Suite suite) throws IOException {
        try (var connection =
                new RawConnection(suite.gateway(), suite.credentials().header())) {
            for (int pair = 0; pair < PAIRS; pair++) {
                String path = "/v1/namespaces/tests/leases/" + UUID.randomUUID();
                connection.sendPut(path, "keep-alive", "");
                assertThat(connection.readStatus()).as("PUT %d", pair).isEqualTo(201);
                connection.sendDelete(path);
                assertThat(connection.readStatus()).as("DELETE %d", pair).isEqualTo(204);
            }
        }
    }
}
