package dev.holdfast.benchmark;

import dev.holdfast.launcher.story.Chapter.Finding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Many locks in use, listed page by page: each name once, and Redis is free again in no time. */
final class Pages {

    private static final String NAMESPACE = "pages";
    private static final int MOST_MICROS = 5_000;

    /** Now and then the machine does something else while a script runs; hardly each time at the same page. */
    private static final int ROUNDS = 4;

    /** Each so many is shared, by as many. */
    private static final int SHARED = 10;

    private final Services services;
    private final RedisFigures redis;
    private final int names;

    Pages(Services services, RedisFigures redis, int names) {
        this.services = services;
        this.redis = redis;
        this.names = names;
    }

    Finding run() throws IOException, InterruptedException {
        new Flood(services, NAMESPACE).run(names, Pages::use);
        boolean complete = true;
        List<Long> micros = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            Listing listing = list();
            complete &= listing.seen() == names && listing.names().size() == names;
            micros = micros.isEmpty() ? listing.micros() : least(micros, listing.micros());
        }
        long longest = micros.stream().mapToLong(Long::longValue).max().orElseThrow();
        double average = micros.stream().mapToLong(Long::longValue).average().orElseThrow();
        return new Finding(
                complete && longest <= MOST_MICROS,
                String.format(
                        Locale.ROOT,
                        "%,d names on %,d pages, %s; a page takes Redis %.2f ms, the longest %.2f ms",
                        names,
                        micros.size(),
                        complete ? "each once" : "some missing or twice",
                        average / 1e3,
                        longest / 1e3));
    }

    private static void use(Connection connection, int i) throws IOException {
        String name = "name-" + i;
        boolean shared = i % SHARED == 0;
        for (int holder = 0; holder < (shared ? SHARED : 1); holder++) {
            connection
                    .acquire(UUID.randomUUID(), name, shared ? "shared" : "exclusive")
                    .granted();
        }
    }

    /**
     * All pages, read one after the other.
     *
     * @param seen how many locks stood on them
     * @param micros what each took Redis
     */
    private record Listing(int seen, Set<String> names, List<Long> micros) {}

    private Listing list() throws IOException {
        int seen = 0;
        Set<String> found = new HashSet<>();
        List<Long> micros = new ArrayList<>();
        try (var connection = services.connect(0, NAMESPACE)) {
            String cursor = "";
            do {
                long before = redis.scriptMicros();
                JsonNode page = connection
                        .get("/locks?prefix=name-&cursor=" + cursor)
                        .expect(200)
                        .json();
                micros.add(redis.scriptMicros() - before);
                for (JsonNode lock : page.path("locks")) {
                    seen++;
                    found.add(lock.path("name").asString());
                }
                cursor = page.path("nextCursor").asString("");
            } while (!cursor.isEmpty());
        }
        return new Listing(seen, found, micros);
    }

    private static List<Long> least(List<Long> some, List<Long> others) {
        List<Long> least = new ArrayList<>();
        for (int i = 0; i < Math.min(some.size(), others.size()); i++) {
            least.add(Math.min(some.get(i), others.get(i)));
        }
        return least;
    }
}
