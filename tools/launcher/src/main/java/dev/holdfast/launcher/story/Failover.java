package dev.holdfast.launcher.story;

import dev.holdfast.launcher.story.Chapter.Finding;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Probes;
import dev.holdfast.launcher.suite.Suite;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Instances that die, leave or hang under load, and come back. */
final class Failover implements AutoCloseable {

    /** Requests that the instance must have answered before, so that there was something to lose. */
    private static final int BEFORE = 30;

    /** Requests that must have been sent while it was away. */
    private static final int MEANWHILE = 100;

    private static final Duration AWAY = Duration.ofSeconds(5);

    /** A killed order service leaves the lease of a stock behind, which ends by its TTL of 3 s. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final Duration LONGEST_OF_A_PAUSE = Duration.ofSeconds(2);

    /** An order waits 5 s for its end before it is answered 202, at another instance anew. */
    private static final Duration LONGEST_OF_AN_ORDER = Duration.ofSeconds(8);

    private static final Duration ROUTABLE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Suite suite;
    private final Probes probes;

    Failover(Suite suite) {
        this.suite = suite;
        this.probes = new Probes(suite.credentials());
    }

    List<Chapter> chapters() {
        return Stream.of(
                        new Fault(
                                "kill -9 of a lock service",
                                "lock-service-1",
                                Instance::kill,
                                Instance::launch,
                                LONGEST),
                        new Fault(
                                "SIGTERM of a lock service", "lock-service-2", this::drain, Instance::launch, LONGEST),
                        new Fault(
                                "kill -9 of an order service",
                                "order-service-1",
                                Instance::kill,
                                Instance::launch,
                                LONGEST_OF_AN_ORDER),
                        new Fault(
                                "SIGSTOP of a lock service",
                                "lock-service-1",
                                Instance::pause,
                                Instance::resume,
                                LONGEST_OF_A_PAUSE))
                .map(fault -> new Chapter(fault.name + " under load", () -> tryOut(fault)))
                .toList();
    }

    /** Something that is done to an instance. */
    @FunctionalInterface
    private interface Act {
        void on(Instance instance);
    }

    /**
     * A fault, and what mends it.
     *
     * @param longest how long a request may be without an answer meanwhile
     */
    private record Fault(String name, String instance, Act strike, Act mend, Duration longest) {}

    private void drain(Instance instance) {
        if (!instance.drain(PATIENCE)) {
            throw new IllegalStateException(instance.name() + " still runs");
        }
    }

    private Finding tryOut(Fault fault) throws Exception {
        Instance instance = suite.instance(fault.instance);
        if (!instance.runs()) {
            return new Finding(false, instance.name() + " does not run");
        }
        try (Load load = Load.on(suite)) {
            load.awaitAnswers(instance, BEFORE, PATIENCE);
            fault.strike.on(instance);
            long gone = System.nanoTime();
            load.goOn(AWAY);
            long back = System.nanoTime();
            fault.mend.on(instance);
            Duration routable = awaitRoutable(instance);
            load.awaitAnswers(instance, BEFORE, PATIENCE);
            Load.Report report = load.stop();
            return finding(fault, report, report.sent(gone, back), report.answeredBy(instance, gone, back), routable);
        } finally {
            instance.resume();
            if (!instance.runs()) {
                instance.launch();
            }
        }
    }

    private static Finding finding(Fault fault, Load.Report report, int meanwhile, int byTheGone, Duration routable) {
        boolean seen = meanwhile >= MEANWHILE && byTheGone == 0;
        boolean holds = seen
                && report.failed() == 0
                && report.sold() == report.ordered()
                && report.longest().compareTo(fault.longest) <= 0
                && routable.compareTo(ROUTABLE) <= 0;
        String doubt = seen ? "" : ", NOT SEEN: %d sent meanwhile, %d answered by it".formatted(meanwhile, byTheGone);
        return new Finding(
                holds,
                String.format(
                        Locale.ROOT, "%s; routable %.1f s after healthy%s", report, routable.toNanos() / 1e9, doubt));
    }

    /** Returns how long it took from its health going up, in the actuator, to its first answer through the gateway. */
    private Duration awaitRoutable(Instance instance) throws InterruptedException, TimeoutException {
        Instance.Address address = instance.address();
        long start = System.nanoTime();
        while (!probes.isReady(address)) {
            pause(start, instance, "healthy");
        }
        long healthy = System.nanoTime();
        while (!probes.isRoutable(address)) {
            pause(start, instance, "routable");
        }
        return Duration.ofNanos(System.nanoTime() - healthy);
    }

    private static void pause(long start, Instance instance, String state)
            throws InterruptedException, TimeoutException {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
            throw new TimeoutException(
                    instance.name() + " was not " + state + " within " + PATIENCE.toSeconds() + " s");
        }
        Thread.sleep(Duration.ofMillis(10));
    }

    @Override
    public void close() {
        probes.close();
    }
}
