package dev.holdfast.lock.client;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.system.JavaVersion;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * One thread that keeps the time of all leases, and a thread for each call that it starts: a call that hangs holds up no
 * other lease.
 */
final class LeaseTimer implements AutoCloseable {
    private final ScheduledThreadPoolExecutor clock;
    private final SimpleAsyncTaskExecutor calls = new SimpleAsyncTaskExecutor("lock-client-");
    private final AtomicInteger underWay = new AtomicInteger();

    LeaseTimer() {
        clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "lock-client-clock");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        clock.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        calls.setDaemon(true);
        calls.setVirtualThreads(JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE));
    }

    /**
     * Makes a call on a thread of its own, later.
     *
     * @return calls it off
     */
    Runnable after(Duration delay, Runnable call) {
        Future<?> planned = clock.schedule(() -> begin(call), delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> planned.cancel(false);
    }

    private void begin(Runnable call) {
        underWay.incrementAndGet();
        calls.execute(() -> {
            try {
                call.run();
            } finally {
                underWay.decrementAndGet();
            }
        });
    }

    /** How many calls are to come or under way. */
    int pending() {
        return clock.getQueue().size() + underWay.get();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
