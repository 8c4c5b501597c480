package dev.holdfast.benchmark;

import java.util.Arrays;

/** Some durations, in nanoseconds. */
final class Summary {

    private final long[] sorted;

    Summary(long[] nanos) {
        sorted = nanos.clone();
        Arrays.sort(sorted);
    }

    double medianMillis() {
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2] / 1e6;
    }
}
