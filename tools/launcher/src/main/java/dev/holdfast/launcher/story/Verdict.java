package dev.holdfast.launcher.story;

import java.time.Duration;
import java.util.Locale;

/**
 * What became of a promise on real traffic.
 *
 * @param seen what was seen, in figures
 */
public record Verdict(String promise, boolean holds, String seen, Duration took) {

    /** As it is printed. */
    public String line() {
        String word = holds ? "ok" : "FAIL";
        return String.format(Locale.ROOT, "%-4s  %-52s %5.1f s  %s", word, promise, took.toMillis() / 1e3, seen);
    }
}
