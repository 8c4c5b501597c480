package dev.holdfast.benchmark;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.net.URI;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Redis tells of itself. */
final class RedisFigures implements AutoCloseable {

    private static final Pattern SCRIPTS = Pattern.compile("cmdstat_evalsha:calls=(\\d+),usec=(\\d+)");
    private static final Pattern MEMORY = Pattern.compile("used_memory:(\\d+)");

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    RedisFigures(URI redis) {
        client = RedisClient.create(redis.toString());
        connection = client.connect();
    }

    /** All time that scripts have taken, in microseconds. */
    long scriptMicros() {
        Matcher found = SCRIPTS.matcher(redis().info("commandstats"));
        return found.find() ? Long.parseLong(found.group(2)) : 0;
    }

    /** The memory that all data and connections take, in bytes, without the bounded streams of events. */
    long memory() {
        Matcher found = MEMORY.matcher(redis().info("memory"));
        if (!found.find()) {
            throw new IllegalStateException("Redis does not tell its memory");
        }
        long events = 0;
        for (String stream : keys("hf:*:events")) {
            Long bytes = redis().memoryUsage(stream);
            events += bytes == null ? 0 : bytes;
        }
        return Long.parseLong(found.group(1)) - events;
    }

    /** How many keys there are. */
    long size() {
        return redis().dbsize();
    }

    /** The keys of a pattern. */
    Set<String> keys(String pattern) {
        Set<String> found = new HashSet<>();
        ScanIterator<String> all =
                ScanIterator.scan(redis(), ScanArgs.Builder.matches(pattern).limit(1_000));
        all.forEachRemaining(found::add);
        return found;
    }

    private RedisCommands<String, String> redis() {
        return connection.sync();
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}
