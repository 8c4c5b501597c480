package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.TestRedis;
import dev.holdfast.lock.core.LeaseRequest;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.LeaseStore.Patience;
import dev.holdfast.lock.core.LeaseStoreContract;
import dev.holdfast.lock.core.Owner;
import dev.holdfast.lock.core.Ttl;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class RedisLeaseStoreTest extends LeaseStoreContract {
    private static final byte[] CLOCK = "test:clock".getBytes(UTF_8);
    /** A clock that stands still in a key, in microseconds, unless the tests move it. */
    private static final String SET_CLOCK =
            "local function micros() return tonumber(redis.call('GET', 'test:clock')) end\n";

    private static final TestRedis REDIS = new TestRedis();
    private static final LettuceConnectionFactory FACTORY = TestLinks.factory(REDIS);

    @BeforeAll
    static void setClock() {
        try (RedisConnection redis = FACTORY.getConnection()) {
            redis.stringCommands().set(CLOCK, micros(Instant.now()));
        }
    }

    @AfterAll
    static void stop() {
        FACTORY.destroy();
        REDIS.close();
    }

    @Override
    protected LeaseStore open(LeaseStore.Signals signals) {
        RedisLeaseStore store = TestLinks.store(FACTORY, SET_CLOCK, RULES);
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
            redis.stringCommands().incrBy(CLOCK, time.toNanos() / 1000);
        }
    }

    @Override
    protected Instant now() {
        try (RedisConnection redis = FACTORY.getConnection()) {
            byte[] micros = Objects.requireNonNull(redis.stringCommands().get(CLOCK));
            return Instant.EPOCH.plus(Long.parseLong(new String(micros, UTF_8)), ChronoUnit.MICROS);
        }
    }

    @Override
    protected void wipe() {
        byte[] clock = micros(now());
        try (RedisConnection redis = FACTORY.getConnection()) {
            redis.serverCommands().flushAll();
            redis.stringCommands().set(CLOCK, clock);
        }
        advance(Duration.ofMillis(1));
    }

    /** The keys that a poll must keep alive: no lease lives as long as a leader's standby waits. */
    @Test
    void aPollKeepsTheKeysOfItsQueueAlive() {
        LeaseStore store = open(new RedisLeaseStore.Deaf());
        LeaseRequest holder = request(lease("x"), "a");
        LeaseRequest waiter = request(lease("w"), "a");
        done(store.ensure(holder, new Patience.Refuse()));
        done(store.ensure(waiter, new Patience.Queue(Duration.ZERO)));
        try (RedisConnection redis = FACTORY.getConnection()) {
            byte[] queue = ("hf:{" + ns + "}:queue:a").getBytes(UTF_8);
            assertThat(redis.keyCommands().expire(queue, 10)).isTrue();
            done(store.ensure(waiter, new Patience.Queue(Duration.ZERO)));
            assertThat(redis.keyCommands().ttl(queue)).isGreaterThan(100_000);
        }
        close(store);
    }

    /** The keys that a renewal must keep alive, at the latest once a day. */
    @Test
    void aRenewalKeepsTheKeysOfItsLocksAlive() {
        LeaseStore store = open(new RedisLeaseStore.Deaf());
        LeaseRequest holder = new LeaseRequest(
                ns,
                lease("x"),
                request(lease("x"), "a").locks(),
                new Owner("x"),
                "anonymous",
                new Ttl(Ttl.LONGEST),
                "{}");
        done(store.ensure(holder, new Patience.Refuse()));
        try (RedisConnection redis = FACTORY.getConnection()) {
            byte[] lock = ("hf:{" + ns + "}:lock:a").getBytes(UTF_8);
            assertThat(redis.keyCommands().ttl(lock)).isGreaterThan(100_000);
            advance(Duration.ofHours(23));
            done(store.ensure(holder, new Patience.Refuse()));
            advance(Duration.ofHours(2));
            assertThat(redis.keyCommands().expire(lock, 10)).isTrue();
            done(store.ensure(holder, new Patience.Refuse()));
            assertThat(redis.keyCommands().ttl(lock)).isGreaterThan(100_000);
        }
        close(store);
    }

    @Test
    void nothingIsLeftOfALockOrAnEndedLeaseButTombstones() {
        LeaseStore store = open(new RedisLeaseStore.Deaf());
        LeaseRequest holder = request(lease("x"), "a");
        LeaseRequest waiter = request(lease("w"), "a");
        done(store.ensure(holder, new Patience.Refuse()));
        done(store.ensure(waiter, new Patience.Queue(Duration.ofSeconds(5))));
        done(store.release(ns, holder.id(), Optional.empty()));
        done(store.ensure(waiter, new Patience.Refuse()));
        done(store.release(ns, waiter.id(), Optional.empty()));
        try (RedisConnection redis = FACTORY.getConnection()) {
            assertThat(redis.keyCommands().keys(("hf:{" + ns + "}:*").getBytes(UTF_8)))
                    .extracting(key ->
                            new String(key, UTF_8).replaceFirst(".*}:", "").replaceFirst(":.*", ""))
                    .containsExactlyInAnyOrder("meta", "lease", "lease", "lock");
            // Redis itself takes the tombstones away, and what is left of the lock for those who ask by them.
            for (String key : List.of("lease:" + holder.id(), "lease:" + waiter.id(), "lock:a")) {
                assertThat(redis.keyCommands().pTtl(("hf:{" + ns + "}:" + key).getBytes(UTF_8)))
                        .isBetween(1L, LeaseRules.ENDED_WINDOW.toMillis());
            }
        }
        close(store);
    }

    private static byte[] micros(Instant time) {
        return Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, time)).getBytes(UTF_8);
    }
}
