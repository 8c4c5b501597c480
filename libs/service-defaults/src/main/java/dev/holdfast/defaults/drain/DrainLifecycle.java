package dev.holdfast.defaults.drain;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Holds up the stop of a service until its callers know of it.
 *
 * <p>The registry was told before any lifecycle stops: readiness is refused when the context begins to close. This one
 * stops first, at the highest phase; the web server is at a lower one and serves until it has.
 */
final class DrainLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(DrainLifecycle.class);

    private final Duration window;
    private final List<Drainable> drainables;
    private volatile boolean running;

    DrainLifecycle(Duration window, List<Drainable> drainables) {
        this.window = window;
        this.drainables = drainables;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public void stop(Runnable stopped) {
        if (!window.isZero()) {
            log.info("Going: serving for another {} ms while callers learn of it", window.toMillis());
        }
        CompletableFuture.delayedExecutor(window.toNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> {
                    drainables.forEach(DrainLifecycle::drain);
                    stop();
                    stopped.run();
                });
    }

    private static void drain(Drainable drainable) {
        try {
            drainable.drain();
        } catch (RuntimeException e) {
            log.warn("{} did not drain", drainable, e);
        }
    }
}
