package dev.holdfast.launcher.story;

import dev.holdfast.launcher.story.Chapter.Finding;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** Redis hangs: whoever needs a lock is told so soon, and served as soon as it goes on. */
final class StoreOutage implements AutoCloseable {

    private static final int CALLS = 4;
    private static final Duration FROZEN = Duration.ofSeconds(3);
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration RECOVERY = Duration.ofSeconds(15);

    private final Suite suite;
    private final LockClient locks;
    private final OrderClient orders;

    StoreOutage(Suite suite) {
        this.suite = suite;
        this.locks = new LockClient(suite.gateway(), "demo", suite.credentials());
        this.orders = new OrderClient(suite.gateway(), suite.credentials());
    }

    List<Chapter> chapters() {
        return List.of(new Chapter("Redis frozen: 503 within 2 s, then recovery", this::frozen));
    }

    private Finding frozen() throws Exception {
        Instance redis = suite.redis().instance();
        if (!redis.runs()) {
            return new Finding(false, "Redis does not run");
        }
        String sku = "story-" + UUID.randomUUID();
        orders.restock(sku, CALLS);
        List<Answer> answers = new ArrayList<>();
        redis.pause();
        try {
            long start = System.nanoTime();
            do {
                askAll(sku, answers);
            } while (System.nanoTime() - start < FROZEN.toNanos());
        } finally {
            redis.resume();
        }
        Duration recovery = awaitRecovery(sku);
        boolean allRefused = answers.stream().allMatch(answer -> answer.status() == 503);
        Duration longest =
                answers.stream().map(Answer::took).max(Duration::compareTo).orElseThrow();
        return new Finding(
                allRefused && longest.compareTo(LONGEST) <= 0,
                String.format(
                        Locale.ROOT,
                        "%d lock calls and orders, %d answered 503, longest %.2f s; all well %.1f s after the thaw",
                        answers.size(),
                        answers.stream()
                                .filter(answer -> answer.status() == 503)
                                .count(),
                        longest.toNanos() / 1e9,
                        recovery.toNanos() / 1e9));
    }

    private void askAll(String sku, List<Answer> answers) throws Exception {
        List<Callable<Void>> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            calls.add(() -> add(answers, locks.ensure(UUID.randomUUID(), "story:frozen", TTL, null)));
            calls.add(() -> add(answers, locks.ensure(UUID.randomUUID(), "story:frozen", TTL, Duration.ofSeconds(5))));
            calls.add(() -> add(answers, locks.locks()));
            calls.add(() -> add(answers, orders.order(UUID.randomUUID().toString(), sku, 1)));
        }
        Together.run(calls);
    }

    @SuppressWarnings("NullAway") // Void has no other value.
    private static Void add(List<Answer> answers, Answer answer) {
        synchronized (answers) {
            answers.add(answer);
        }
        return null;
    }

    /** Returns how long it took until a lock was granted and an order confirmed. */
    private Duration awaitRecovery(String sku) throws IOException, InterruptedException, TimeoutException {
        long start = System.nanoTime();
        String lock = "story:frozen:" + sku;
        LockClient.Grant grant = locks.acquire(UUID.randomUUID(), lock, TTL, RECOVERY);
        locks.release(grant.id());
        String key = UUID.randomUUID().toString();
        while (orders.order(key, sku, 1).status() != 201) {
            if (System.nanoTime() - start > RECOVERY.toNanos()) {
                throw new TimeoutException("No order was confirmed within " + RECOVERY.toSeconds() + " s of the thaw");
            }
            Thread.sleep(Duration.ofMillis(50));
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Override
    public void close() {
        locks.close();
        orders.close();
    }
}
