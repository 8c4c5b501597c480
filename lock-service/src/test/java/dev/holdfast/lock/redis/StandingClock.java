package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A clock that stands still in a key of Redis, in microseconds, unless a test moves it. */
record StandingClock(LettuceConnectionFactory factory) {
    /** Makes scripts read it. */
    static final String LUA = "local function micros() return tonumber(redis.call('GET', 'test:clock')) end\n";

    private static final byte[] KEY = "test:clock".getBytes(UTF_8);

    void set(Instant time) {
        try (RedisConnection redis = factory.getConnection()) {
            redis.stringCommands()
                    .set(
                            KEY,
                            Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, time))
                                    .getBytes(UTF_8));
        }
    }

    void advance(Duration time) {
        try (RedisConnection redis = factory.getConnection()) {
            redis.stringCommands().incrBy(KEY, time.toNanos() / 1000);
        }
    }

    Instant now() {
        try (RedisConnection redis = factory.getConnection()) {
            byte[] micros = Objects.requireNonNull(redis.stringCommands().get(KEY));
            return Instant.EPOCH.plus(Long.parseLong(new String(micros, UTF_8)), ChronoUnit.MICROS);
        }
    }
}
