package dev.holdfast.lock.redis;

import dev.holdfast.lock.TestRedis;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.LeaseStoreModelTest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class RedisLeaseStoreModelTest extends LeaseStoreModelTest {
    private static final TestRedis REDIS = new TestRedis();
    private static final LettuceConnectionFactory FACTORY = TestLinks.factory(REDIS);
    private static final StandingClock CLOCK = new StandingClock(FACTORY);

    /** On a whole millisecond: the model knows no part of one. */
    @BeforeAll
    static void setClock() {
        CLOCK.set(Instant.now().truncatedTo(ChronoUnit.MILLIS));
    }

    @AfterAll
    static void stop() {
        FACTORY.destroy();
        REDIS.close();
    }

    @Override
    protected LeaseStore open() {
        RedisLeaseStore store = TestLinks.store(FACTORY, StandingClock.LUA, RULES);
        store.signalTo(new RedisLeaseStore.Deaf());
        TestLinks.awaitConnected(store);
        return store;
    }

    @Override
    protected void close(LeaseStore store) {
        TestLinks.close(store);
    }

    @Override
    protected void advance(Duration time) {
        CLOCK.advance(time);
    }

    @Override
    protected void wipe() {
        Instant now = CLOCK.now();
        try (RedisConnection redis = FACTORY.getConnection()) {
            redis.serverCommands().flushAll();
        }
        CLOCK.set(now);
    }
}
