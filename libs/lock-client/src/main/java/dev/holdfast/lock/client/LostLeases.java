package dev.holdfast.lock.client;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The counter of lost leases. It is there from the start, or an alarm on its rise would miss the first. */
final class LostLeases implements LeaseMeters.Losses, MeterBinder {
    private final List<Counter> counters = new CopyOnWriteArrayList<>();

    @Override
    public void bindTo(MeterRegistry registry) {
        counters.add(Counter.builder("holdfast.lease.lost")
                .description("Leases that ended before they were released")
                .register(registry));
    }

    @Override
    public void count() {
        counters.forEach(Counter::increment);
    }
}
