package dev.holdfast.launcher.story;

import dev.holdfast.launcher.story.Chapter.Finding;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Probes;
import dev.holdfast.launcher.suite.Suite;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/** Instances that die, leave or hang under load, and come back. */
final class Failover implements AutoCloseable {

    /** Requests that the instance must have answered before, so that there was something to lose. */
    private static final int BEFORE = 30;

    /** Requests that must have been sent while it was away. */
    private static final int DURING = 100;

    private static final Duration AWAY = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final Duration ROUTABLE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Suite suite;
    private final Probes probes = new Probes();

    Failover(Suite suite) {
        this.suite = suite;
    }

    List<Chapter> chapters() {
        return List.of(
                chapter("kill -9 of a lock service under load", "lock-service-1", Instance::kill, Instance::launch),
                chapter("SIGTERM of a lock service under load", "lock-service-2", this::drain, Instance::launch),
                chapter("kill -9 of an order service under load", "order-service-1", Instance::kill, Instance::launch),
                chapter("SIGSTOP of a lock service under load", "lock-service-1", Instance::pause, Instance::resume));
    }

    /** Something that is done to an instance. */
    @FunctionalInterface
    private interface Act {
        void on(Instance instance);
    }

    private Chapter chapter(String promise, String name, Act fault, Act remedy) {
        return new Chapter(promise, () -> {
            Instance instance = suite.instance(name);
            return instance.runs() ? tryOut(instance, fault, remedy) : new Finding(false, name + " does not run");
        });
    }

    private void drain(Instance instance) {
        if (!instance.drain(PATIENCE)) {
            throw new IllegalStateException(instance.name() + " still runs");
        }
    }

    private Finding tryOut(Instance instance, Act fault, Act remedy) throws Exception {
        boolean mended = false;
        try (Load load = Load.on(suite.gateway())) {
            load.awaitAnswers(instance, BEFORE, PATIENCE);
            fault.on(instance);
            long gone = System.nanoTime();
            load.goOn(AWAY);
            long back = System.nanoTime();
            mended = true;
            remedy.on(instance);
            Duration routable = awaitRoutable(instance);
            load.awaitAnswers(instance, BEFORE, PATIENCE);
            return finding(instance, load.stop(), gone, back, routable);
        } finally {
            if (!mended) {
                remedy.on(instance);
            }
        }
    }

    private static Finding finding(Instance instance, Load.Report report, long gone, long back, Duration routable) {
        int during = report.sent(gone, back);
        int byTheDead = report.answeredBy(instance, gone, back);
        boolean seen = during >= DURING && byTheDead == 0;
        boolean holds = seen
                && report.failed() == 0
                && report.sold() == report.ordered()
                && report.longest().compareTo(LONGEST) <= 0
                && routable.compareTo(ROUTABLE) <= 0;
        String doubt = seen ? "" : ", NOT SEEN: %d sent and %d answered by it meanwhile".formatted(during, byTheDead);
        return new Finding(
                holds,
                String.format(Locale.ROOT, "%s; routable %.1f s after healthy%s", report, seconds(routable), doubt));
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

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    @Override
    public void close() {
        probes.close();
    }
}
