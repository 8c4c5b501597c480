package dev.holdfast.benchmark;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.holdfast.benchmark.Scale.Case;
import dev.holdfast.launcher.story.Chapter;
import dev.holdfast.launcher.story.Verdict;
import dev.holdfast.launcher.suite.LockServices;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.function.Consumer;

/** Tries each case on lock services that run for it. */
final class ScaleCheck {

    /** Files that are open beside the connections. */
    private static final int OTHER_FILES = 500;

    private final Scale scale;
    private final Consumer<String> lines;

    /** @param lines takes a line for each case */
    ScaleCheck(Scale scale, Consumer<String> lines) {
        this.scale = scale;
        this.lines = lines;
    }

    /** Returns whether every case held. */
    boolean run(LockServices suite) throws IOException {
        requireFiles();
        suite.start();
        boolean all = true;
        try (var redis = new RedisFigures(suite.redis())) {
            var services = new Services(suite.services(), suite.credentials());
            for (Case each : scale.cases()) {
                Verdict verdict = chapter(each, services, redis).tell();
                all &= verdict.holds();
                lines.accept(verdict.line());
            }
        }
        return all;
    }

    private Chapter chapter(Case each, Services services, RedisFigures redis) {
        return switch (each) {
            case TRACES ->
                new Chapter(
                        "Leases that came and went leave nothing in Redis",
                        () -> new Traces(services, redis, scale.leases(), scale.names()).run());
            case HAND_OFFS ->
                new Chapter(
                        "A long queue is in order and costs no more a hand-off",
                        () -> new HandOffs(services, redis, scale.waiters()).run());
            case WAKE_UPS ->
                new Chapter("Many locks let go at once wake all in turn", () -> new WakeUps(services, scale.waiters())
                        .run());
            case HANG_UPS ->
                new Chapter(
                        "Who hangs up leaves the queue, and holds nobody up",
                        () -> new HangUps(services, scale.waiters(), new Random(scale.seed())).run());
            case PAGES ->
                new Chapter(
                        "Locks are listed a page at a time, Redis not held up",
                        () -> new Pages(services, redis, scale.names()).run());
        };
    }

    /** Each waiter is an open file here, and one holder is for four of them. */
    private void requireFiles() {
        int needed = scale.waiters() + scale.waiters() / 4 + OTHER_FILES;
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() < needed) {
            throw new IllegalArgumentException(scale.waiters() + " waiters need " + needed
                    + " open files, and the limit is " + system.getMaxFileDescriptorCount()
                    + ": raise it (ulimit -n), or take fewer with --waiters");
        }
    }
}
