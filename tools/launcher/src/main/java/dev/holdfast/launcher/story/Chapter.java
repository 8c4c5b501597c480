package dev.holdfast.launcher.story;

import java.time.Duration;

/** A promise, and the traffic that puts it to the test. */
public record Chapter(String promise, Trial trial) {

    /** Traffic and the look at what it did. */
    @FunctionalInterface
    public interface Trial {
        Finding run() throws Exception;
    }

    /** Whether the promise was kept, and the figures that show it. */
    public record Finding(boolean holds, String seen) {}

    /** Puts the promise to the test. What cannot be tried does not hold. */
    public Verdict tell() {
        long start = System.nanoTime();
        Finding finding = find();
        return new Verdict(promise, finding.holds(), finding.seen(), Duration.ofNanos(System.nanoTime() - start));
    }

    private Finding find() {
        try {
            return trial.run();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return new Finding(false, "interrupted");
        } catch (Exception failure) {
            return new Finding(false, String.valueOf(failure));
        }
    }
}
