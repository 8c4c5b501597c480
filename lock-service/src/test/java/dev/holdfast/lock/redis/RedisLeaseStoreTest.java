package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.TestRedis;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.LeaseStoreContract;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class RedisLeaseStoreTest extends LeaseStoreContract {
    private static final byte[] OFFSET = "test:offset".getBytes(UTF_8);
    /** Redis' clock, moved by what the tests put into a key. */
    private static final String MOVABLE_CLOCK = """
            local function micros()
              local t = redis.call('TIME')
              return t[1] * 1000000 + t[2] + tonumber(redis.call('GET', 'test:offset') or '0')
            end
            """;

    private static final TestRedis REDIS = new TestRedis();
    private static final LettuceConnectionFactory FACTORY = TestLinks.factory(REDIS);

    @AfterAll
    static void stop() {
        FACTORY.destroy();
        REDIS.close();
    }

    @Override
    protected LeaseStore open(LeaseStore.Signals signals) {
        RedisLeaseStore store = TestLinks.store(FACTORY, MOVABLE_CLOCK, RULES);
        store.signalTo(signals);
        TestLinks.awaitConnected(store);
        return store;
    }

    @Override
    protected void close(LeaseStore store) {
        TestLinks.close(store);
    }

    @Override
    protected void advance(Duration time) {
        try (RedisConnection redis = FACTORY.getConnection()) {
            redis.stringCommands().incrBy(OFFSET, time.toNanos() / 1000);
        }
    }

    @Override
    protected Instant now() {
        try (RedisConnection redis = FACTORY.getConnection()) {
            byte[] offset = redis.stringCommands().get(OFFSET);
            long micros = offset == null ? 0 : Long.parseLong(new String(offset, UTF_8));
            return Instant.now().plusNanos(micros * 1000);
        }
    }

    @Override
    protected void wipe() {
        try (RedisConnection redis = FACTORY.getConnection()) {
            byte[] offset = redis.stringCommands().get(OFFSET);
            redis.serverCommands().flushAll();
            redis.stringCommands().set(OFFSET, offset == null ? new byte[] {'0'} : offset);
        }
    }
}
