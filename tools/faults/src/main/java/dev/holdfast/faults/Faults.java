package dev.holdfast.faults;

import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Faults at random on the services of a suite and its Redis, up to two at a time. All is mended at the end. */
final class Faults {

    private static final int HANDS = 2;
    private static final Duration LONGEST_PEACE = Duration.ofSeconds(2);

    private final long seed;
    private final Consumer<String> log;
    /** What runs unharmed. */
    private final List<Instance> unharmed = Collections.synchronizedList(new ArrayList<>());

    private final Instance redis;
    private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);

    Faults(Suite suite, long seed, Consumer<String> log) {
        this.seed = seed;
        this.log = log;
        this.redis = suite.redis().instance();
        unharmed.addAll(suite.orderServices());
        unharmed.addAll(suite.lockServices());
        unharmed.add(suite.inventoryService());
        unharmed.add(redis);
    }

    /** Goes on for some time, and then until all is mended. */
    void run(Duration time) throws InterruptedException, ExecutionException {
        long begun = System.nanoTime();
        try (var hands = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int hand = 0; hand < HANDS; hand++) {
                RandomGenerator chance = RandomGeneratorFactory.getDefault().create(seed + hand);
                all.add(hands.submit(() -> {
                    while (System.nanoTime() - begun < time.toNanos()) {
                        one(chance, begun);
                    }
                    return null;
                }));
            }
            for (Future<?> hand : all) {
                hand.get();
            }
        }
    }

    private void one(RandomGenerator chance, long begun) throws InterruptedException {
        Instance instance = any(chance);
        List<Fault> fitting = instance == redis ? List.of(Fault.KILL, Fault.PAUSE) : List.of(Fault.values());
        Fault fault = fitting.get(chance.nextInt(fitting.size()));
        double seconds = (System.nanoTime() - begun) / 1e9;
        log.accept(String.format(Locale.ROOT, "%6.1f s  %-9s %s", seconds, fault, instance.name()));
        fault.strike(instance);
        try {
            pause(chance, Fault.LONGEST);
        } finally {
            fault.mend(instance);
            unharmed.add(instance);
        }
        synchronized (done) {
            done.merge(fault, 1, Integer::sum);
        }
        pause(chance, LONGEST_PEACE);
    }

    private synchronized Instance any(RandomGenerator chance) {
        return unharmed.remove(chance.nextInt(unharmed.size()));
    }

    private static void pause(RandomGenerator chance, Duration longest) throws InterruptedException {
        Thread.sleep(chance.nextLong(longest.toMillis()));
    }

    /** How many of each there were. */
    Map<Fault, Integer> done() {
        synchronized (done) {
            return new EnumMap<>(done);
        }
    }
}
