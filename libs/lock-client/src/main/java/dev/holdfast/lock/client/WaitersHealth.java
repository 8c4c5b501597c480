package dev.holdfast.lock.client;

import io.github.resilience4j.bulkhead.Bulkhead;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** How many more callers may wait for locks. A full bulkhead does not make the program unwell. */
final class WaitersHealth implements HealthIndicator {
    private final Bulkhead bulkhead;

    WaitersHealth(Bulkhead bulkhead) {
        this.bulkhead = bulkhead;
    }

    @Override
    public Health health() {
        Bulkhead.Metrics metrics = bulkhead.getMetrics();
        return Health.up()
                .withDetail("free", metrics.getAvailableConcurrentCalls())
                .withDetail("most", metrics.getMaxAllowedConcurrentCalls())
                .build();
    }
}
