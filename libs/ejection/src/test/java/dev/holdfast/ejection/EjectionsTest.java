package dev.holdfast.ejection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;

class EjectionsTest {

    private final ServiceInstance a = instance(1);
    private final ServiceInstance b = instance(2);
    private final IOException fault = new ConnectException("refused");
    private long now = Long.MAX_VALUE - 10; // nanoTime may overflow
    private final Ejections ejections = new Ejections(Duration.ofSeconds(5), () -> now);

    @Test
    void anEjectedInstanceIsLeftOutAsLongAsSetSinceItsLastFailure() {
        ejections.eject(a, fault);
        assertThat(ejections.without("peer", List.of(a, b))).containsExactly(b);

        pass(Duration.ofSeconds(4));
        ejections.eject(a, fault);
        pass(Duration.ofSeconds(4));
        assertThat(ejections.isEjected(a)).isTrue();
        assertThat(ejections.without("peer", List.of(a, b))).containsExactly(b);

        pass(Duration.ofSeconds(1));
        assertThat(ejections.isEjected(a)).isFalse();
        assertThat(ejections.without("peer", List.of(a, b))).containsExactly(a, b);
    }

    @Test
    void whenNoneWouldRemainAllAreTried() {
        ejections.eject(a, fault);
        ejections.eject(b, fault);

        assertThat(ejections.without("peer", List.of(a, b))).containsExactly(a, b);
        assertThat(ejections.without("peer", List.of(a))).containsExactly(a);
    }

    @Test
    void anInstanceThatLeftTheRegistryAndCameBackIsNotLeftOut() {
        ejections.eject(a, fault);

        assertThat(ejections.without("other", List.of())).isEmpty();
        assertThat(ejections.without("PEER", List.of(a, b))).containsExactly(b);
        assertThat(ejections.without("peer", List.of(b))).containsExactly(b);
        assertThat(ejections.without("peer", List.of(a, b))).containsExactly(a, b);
    }

    @Test
    void itIsKnownWhetherAnyRemains() {
        assertThat(ejections.remains("peer")).isFalse();

        ejections.without("peer", List.of(a, b));
        ejections.eject(a, fault);
        assertThat(ejections.remains("PEER")).isTrue();
        ejections.eject(b, fault);
        assertThat(ejections.remains("peer")).isFalse();
    }

    @Test
    void whoListensHearsOfAnInstanceOnceUntilItIsBack() {
        List<ServiceInstance> heard = new ArrayList<>();
        ejections.onEjection(heard::add);

        ejections.eject(a, fault);
        ejections.eject(a, fault);
        assertThat(heard).containsExactly(a);

        pass(Duration.ofSeconds(5));
        ejections.eject(a, fault);
        assertThat(heard).containsExactly(a, a);
    }

    @Test
    void onlyWhatAnInstanceDoesToAConnectionIsItsFault() {
        IOException asFeignWraps = new IOException(new SocketTimeoutException());

        assertThat(List.of(fault, asFeignWraps, new IllegalStateException(fault), new TimeoutException()))
                .allMatch(error -> InstanceFault.in(error) != null);
        assertThat(List.of(
                        new IllegalStateException(),
                        new CancellationException(),
                        new IOException("interrupted", new InterruptedException())))
                .allMatch(error -> InstanceFault.in(error) == null);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static ServiceInstance instance(int port) {
        return new DefaultServiceInstance("peer-" + port, "peer", "127.0.0.1", port, false);
    }
}
