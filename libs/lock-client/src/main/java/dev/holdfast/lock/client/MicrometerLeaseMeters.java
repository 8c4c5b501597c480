package dev.holdfast.lock.client;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Lease meters in Micrometer. No lock has a label: there are as many as there are things to lock. */
final class MicrometerLeaseMeters implements LeaseMeters, MeterBinder {
    private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

    @Override
    public void bindTo(MeterRegistry registry) {
        registries.add(registry);
    }

    @Override
    public void waited(String outcome, Duration time) {
        registries.forEach(registry -> Timer.builder("holdfast.lease.wait")
                .description("How long callers waited for locks")
                .tag("outcome", outcome)
                .register(registry)
                .record(time));
    }

    @Override
    public void held(String outcome, Duration time) {
        registries.forEach(registry -> Timer.builder("holdfast.lease.hold")
                .description("How long leases were held")
                .tag("outcome", outcome)
                .register(registry)
                .record(time));
    }

    @Override
    public void lost() {
        registries.forEach(registry -> Counter.builder("holdfast.lease.lost")
                .description("Leases that ended before they were released")
                .register(registry)
                .increment());
    }
}
