package dev.holdfast.tests;

import static dev.holdfast.tests.StarterProgram.LIMIT;
import static dev.holdfast.tests.StarterProgram.ROUNDS;
import static dev.holdfast.tests.StarterProgram.patiently;
import static dev.holdfast.tests.StarterProgram.together;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.javacrumbs.shedlock.core.LockAssert;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** What ShedLock asks of a lock provider, of two programs with the starter; and jobs that know ShedLock alone. */
@ExtendWith(SharedSuite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShedLockIT {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration NOT = Duration.ZERO;

    private final StarterProgram one;
    private final StarterProgram two;
    private final LockProvider mine;
    private final LockProvider theirs;

    ShedLockIT(Suite suite) throws IOException {
        String namespace = "shedlock-" + UUID.randomUUID();
        one = new StarterProgram(suite, namespace, List.of(suite.gateway()), Scheduling.class, Jobs.class);
        two = new StarterProgram(
                suite,
                namespace,
                suite.lockServices().stream().map(Instance::uri).toList(),
                Scheduling.class,
                Jobs.class);
        mine = one.bean(LockProvider.class);
        theirs = two.bean(LockProvider.class);
    }

    @AfterAll
    void stop() {
        one.close();
        two.close();
    }

    @Test
    void jobsOfTwoProgramsNeverRunAtATime() {
        Jobs here = one.bean(Jobs.class);
        Jobs there = two.bean(Jobs.class);

        await().atMost(LIMIT)
                .until(() -> here.sweeps().size() >= 5 && there.sweeps().size() >= 5);

        List<Run> runs = Stream.concat(here.sweeps().stream(), there.sweeps().stream())
                .sorted(Comparator.comparingLong(Run::begun))
                .toList();
        assertThat(IntStream.range(1, runs.size()))
                .allMatch(i -> runs.get(i).begun() - runs.get(i - 1).ended() > 0);
    }

    @Test
    void aJobThatIsToRunOnceInATimeRunsInOneProgramOnly() {
        List<Run> here = one.bean(Jobs.class).reports();
        List<Run> there = two.bean(Jobs.class).reports();

        await().atMost(LIMIT).until(() -> here.size() + there.size() > 0);
        await().during(Duration.ofSeconds(2)).atMost(LIMIT).until(() -> here.size() + there.size() == 1);
    }

    @Test
    void aLockIsOnesUntilItIsGivenBackAndThenAtOnceTheNexts() {
        SimpleLock lock = locked(mine, "taken", LONG, NOT);
        assertThat(lock(mine, "taken", LONG, NOT)).isEmpty();
        assertThat(lock(theirs, "taken", LONG, NOT)).isEmpty();

        lock.unlock();

        locked(theirs, "taken", LONG, NOT).unlock();
        locked(theirs, "taken", LONG, NOT).unlock();
        locked(mine, "taken", LONG, NOT).unlock();
    }

    @Test
    void locksOfTwoNamesHaveNothingToDoWithEachOther() {
        SimpleLock first = locked(mine, "first", LONG, NOT);
        SimpleLock second = locked(mine, "any text is / a name", LONG, NOT);

        assertThat(lock(theirs, "any text is / a name", LONG, NOT)).isEmpty();
        second.unlock();

        assertThat(lock(theirs, "first", LONG, NOT)).isEmpty();
        first.unlock();
    }

    @Test
    void aLockThatIsNotGivenBackIsKeptAsLongAsAtMost() {
        locked(mine, "forgotten", Duration.ofSeconds(1), NOT);

        locked(theirs, "forgotten", LONG, NOT).unlock();
    }

    @Test
    void aLockThatIsGivenBackIsKeptAsLongAsAtLeast() {
        SimpleLock lock = locked(mine, "short", Duration.ofSeconds(20), Duration.ofSeconds(2));
        long begun = System.nanoTime();
        lock.unlock();

        locked(theirs, "short", LONG, NOT).unlock();

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void aLockIsExtendedWhileItIsHeldAndNotAfterwards() {
        SimpleLock extended = await().atMost(LIMIT)
                .until(
                        () -> locked(mine, "extended", Duration.ofSeconds(2), NOT)
                                .extend(LONG, NOT)
                                .orElse(null),
                        Objects::nonNull);
        await().during(Duration.ofSeconds(3)).atMost(LIMIT).until(() -> lock(theirs, "extended", LONG, NOT)
                .isEmpty());
        extended.unlock();

        SimpleLock over = locked(mine, "extended", Duration.ofSeconds(1), NOT);
        locked(theirs, "extended", LONG, NOT).unlock();
        assertThat(over.extend(LONG, NOT)).isEmpty();
    }

    @Test
    void aLockGuardsWhatNothingElseGuards() throws Exception {
        List<Integer> unguarded = new ArrayList<>();

        together(mine, theirs, provider -> {
            SimpleLock lock = locked(provider, "fuzz", LONG, NOT);
            unguarded.add(unguarded.size());
            lock.unlock();
        });

        assertThat(unguarded).hasSize(ROUNDS).doesNotHaveDuplicates().isSorted();
    }

    private static Optional<SimpleLock> lock(LockProvider provider, String name, Duration atMost, Duration atLeast) {
        return patiently(() -> provider.lock(new LockConfiguration(Instant.now(), name, atMost, atLeast)));
    }

    /** Asks until it is free. */
    private static SimpleLock locked(LockProvider provider, String name, Duration atMost, Duration atLeast) {
        return await().pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .atMost(LIMIT)
                .until(() -> lock(provider, name, atMost, atLeast), Optional::isPresent)
                .orElseThrow();
    }

    record Run(long begun, long ended) {}

    /** A program that does with ShedLock what its documentation says. */
    @EnableScheduling
    @EnableSchedulerLock(defaultLockAtMostFor = "10m")
    static class Scheduling {}

    /** They write down when they ran. */
    static class Jobs {
        private final List<Run> sweeps = new CopyOnWriteArrayList<>();
        private final List<Run> reports = new CopyOnWriteArrayList<>();

        @Scheduled(fixedDelay = 30)
        @SchedulerLock(name = "sweep")
        void sweep() {
            sweeps.add(run());
        }

        @Scheduled(fixedDelay = 30)
        @SchedulerLock(name = "report", lockAtLeastFor = "5m")
        void report() {
            reports.add(run());
        }

        List<Run> sweeps() {
            return sweeps;
        }

        List<Run> reports() {
            return reports;
        }

        private static Run run() {
            LockAssert.assertLocked();
            long begun = System.nanoTime();
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            return new Run(begun, System.nanoTime());
        }
    }
}
