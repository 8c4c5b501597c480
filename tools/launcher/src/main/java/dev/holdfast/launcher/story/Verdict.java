package dev.holdfast.launcher.story;

import java.time.Duration;

/**
 * What became of a promise on real traffic.
 *
 * @param seen what was seen, in figures
 */
public record Verdict(String promise, boolean holds, String seen, Duration took) {}
