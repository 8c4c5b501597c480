package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.core.Leases;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.ClassMode;

/** Each in a service of its own: one that has drained answers at once whatever comes. */
@DirtiesContext(classMode = ClassMode.AFTER_EACH_TEST_METHOD)
class DrainTest extends RedisServiceTest {

    @Autowired
    private Leases leases;

    @Test
    void streamsOfEventsEndAndGoOnElsewhere() throws IOException {
        put(newId(), body("a", "PT30S"));
        try (RawConnection connection = new RawConnection(port, 5_000)) {
            connection.send("GET", "/v1/namespaces/" + namespace + "/events", "");
            assertThat(connection.status()).isEqualTo(200);

            leases.drain();

            assertThat(connection.isClosedAfterTheRest()).isTrue();
        }
    }

    @Test
    void openWaitsAreAnsweredAndKeepTheirPlaces() throws IOException {
        String holder = newId();
        String waiter = newId();
        put(holder, body("a", "PT30S"));
        try (RawConnection connection = new RawConnection(port, 5_000)) {
            connection.send("PUT", leasePath(waiter), body("a", "PT30S"), "Prefer: wait=30");
            await().until(() -> get(leasePath(waiter)).status() == 200);

            leases.drain();

            assertThat(connection.status()).isEqualTo(202);
            assertThat(connection.isClosed()).isTrue();
        }
        delete(holder);
        assertThat(put(waiter, body("a", "PT30S"), "Prefer", "wait=30").status())
                .isEqualTo(201);
    }
}
