package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lock.TestRedis;
import dev.holdfast.lock.core.EventId;
import dev.holdfast.lock.core.EventRules;
import dev.holdfast.lock.core.FencingToken;
import dev.holdfast.lock.core.LeaseRequest;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.LeaseStore.Patience;
import dev.holdfast.lock.core.LeaseStoreContract;
import dev.holdfast.lock.core.Limits;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.Outcome;
import dev.holdfast.lock.core.Owner;
import dev.holdfast.lock.core.StoreUnavailableException;
import dev.holdfast.lock.core.Ttl;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.health.contributor.Status;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class RedisLeaseStoreTest extends LeaseStoreContract {
    private static final LeaseRules MANY = TestLinks.rules(10_000, 10_000, 10_000, 10_000);

    private static final TestRedis REDIS = new TestRedis();
    private static final LettuceConnectionFactory FACTORY = TestLinks.factory(REDIS);
    private static final StandingClock CLOCK = new StandingClock(FACTORY);

    @BeforeAll
    static void setClock() {
        CLOCK.set(Instant.now());
    }

    @AfterAll
    static void stop() {
        FACTORY.destroy();
        REDIS.close();
    }

    @Override
    protected LeaseStore open(LeaseStore.Signals signals) {
        RedisLeaseStore store = TestLinks.store(FACTORY, StandingClock.LUA, rules);
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
        CLOCK.advance(time);
    }

    @Override
    protected Instant now() {
        return CLOCK.now();
    }

    @Override
    protected void wipe() {
        Instant time = now();
        try (RedisConnection redis = FACTORY.getConnection()) {
            redis.serverCommands().flushAll();
        }
        CLOCK.set(time.plusMillis(1));
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
                ns, lease("x"), request(lease("x"), "a").locks(), new Owner("x"), ASKER, new Ttl(Ttl.LONGEST), "{}");
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
    void aLeaseIsNotHeldLongerThanItMayHoweverOftenItIsRenewed() {
        LeaseRules rules = new LeaseRules(
                new Limits(Duration.ofHours(24), Duration.ofMinutes(2), Limits.METADATA_CAP, 300, 200, 5, 400));
        LeaseStore store = open(rules);
        LeaseRequest holder = request(lease("x"), "a");
        for (int i = 0; i < 3; i++) {
            Outcome.Held held = (Outcome.Held) done(store.ensure(holder, new Patience.Refuse()));
            assertThat(Objects.requireNonNull(held.lease().holdEnd()).left())
                    .isBetween(Duration.ofSeconds(115 - 40 * i), Duration.ofSeconds(120 - 40 * i));
            assertThat(held.lease().expiry().endNanos())
                    .isLessThanOrEqualTo(held.lease().holdEnd().endNanos());
            advance(Duration.ofSeconds(40));
        }
        assertThat(done(store.ensure(holder, new Patience.Refuse())))
                .isEqualTo(new Outcome.Ended(Outcome.Ending.EXPIRED, false));
        close(store);
    }

    @Test
    void moreThanAHundredReadersOfOneLockAreGrantedInCallsThatFollowAtOnce() {
        LeaseStore store = open(MANY);
        LeaseRequest holder = request(lease("x"), "a");
        done(store.ensure(holder, new Patience.Refuse()));
        List<LeaseRequest> readers = IntStream.range(0, 250)
                .mapToObj(i -> request(lease("r" + i), shared("a")))
                .toList();
        readers.forEach(reader -> done(store.ensure(reader, new Patience.Queue(Duration.ZERO))));
        done(store.release(ns, holder.id(), Optional.empty(), ASKER));
        // The instance dies; another goes on.
        close(store);
        LeaseStore other = open(MANY);
        done(other.sweep(ns));
        done(other.sweep(ns));
        for (LeaseRequest reader : readers) {
            assertThat(done(other.ensure(reader, new Patience.Refuse()))).isInstanceOf(Outcome.Held.class);
        }
        close(other);
    }

    @Test
    void aWaiterIsFoundBehindHundredsThatWaitForSomethingElse() {
        LeaseStore store = open(MANY);
        LeaseRequest a = request(lease("x"), "a");
        LeaseRequest b = request(lease("y"), "b");
        done(store.ensure(a, new Patience.Refuse()));
        done(store.ensure(b, new Patience.Refuse()));
        for (int i = 0; i < 700; i++) {
            done(store.ensure(
                    request(lease("stuck" + i), shared("a"), exclusive("b")), new Patience.Queue(Duration.ZERO)));
        }
        LeaseRequest reader = request(lease("reader"), shared("a"));
        done(store.ensure(reader, new Patience.Queue(Duration.ZERO)));
        done(store.release(ns, a.id(), Optional.empty(), ASKER));
        done(store.sweep(ns));
        assertThat(done(store.ensure(reader, new Patience.Refuse()))).isInstanceOf(Outcome.Held.class);
        close(store);
    }

    private LeaseStore open(LeaseRules rules) {
        RedisLeaseStore store = TestLinks.store(FACTORY, StandingClock.LUA, rules);
        store.signalTo(new RedisLeaseStore.Deaf());
        TestLinks.awaitConnected(store);
        return store;
    }

    /** Events of a namespace that was used once go as well. */
    @Test
    void eventsAreKeptForAWhileAfterTheLast() {
        LeaseStore store = open(new RedisLeaseStore.Deaf());
        byte[] events = ("hf:{" + ns + "}:events").getBytes(UTF_8);
        LeaseRequest holder = request(lease("x"), "a");
        done(store.ensure(holder, new Patience.Refuse()));
        try (RedisConnection redis = FACTORY.getConnection()) {
            assertThat(redis.keyCommands().ttl(events)).isGreaterThan(100_000);
            done(store.release(ns, holder.id(), Optional.empty(), ASKER));
            assertThat(redis.keyCommands().expire(events, 10)).isTrue();
            done(store.sweep(ns));
            assertThat(redis.keyCommands().ttl(events)).isGreaterThan(100_000);
        }
        close(store);
    }

    @Test
    void withEventsOffNoneAreKept() {
        RedisLeaseStore store = new RedisLeaseStore(
                new RedisLink(FACTORY), Scripts.load(StandingClock.LUA, new EventRules(0, 1)), rules);
        store.signalTo(new RedisLeaseStore.Deaf());
        TestLinks.awaitConnected(store);
        LeaseRequest holder = request(lease("x"), "a");
        done(store.ensure(holder, new Patience.Refuse()));
        done(store.ensure(request(lease("y"), "a"), new Patience.Queue(Duration.ZERO)));
        done(store.release(ns, holder.id(), Optional.empty(), ASKER));
        assertThat(done(store.lastEvent(ns))).isEqualTo(EventId.NONE);
        close(store);
    }

    @Test
    void nothingIsLeftOfALockOrAnEndedLeaseButTombstones() {
        LeaseStore store = open(new RedisLeaseStore.Deaf());
        LeaseRequest holder = request(lease("x"), "a");
        LeaseRequest waiter = request(lease("w"), "a");
        done(store.ensure(holder, new Patience.Refuse()));
        done(store.ensure(waiter, new Patience.Queue(Duration.ofSeconds(5))));
        done(store.release(ns, holder.id(), Optional.empty(), ASKER));
        done(store.ensure(waiter, new Patience.Refuse()));
        done(store.release(ns, waiter.id(), Optional.empty(), ASKER));
        try (RedisConnection redis = FACTORY.getConnection()) {
            assertThat(redis.keyCommands().keys(("hf:{" + ns + "}:*").getBytes(UTF_8)))
                    .extracting(key ->
                            new String(key, UTF_8).replaceFirst(".*}:", "").replaceFirst(":.*", ""))
                    .containsExactlyInAnyOrder("meta", "lease", "lease", "lock", "events");
            // Redis itself takes the tombstones away, and what is left of the lock for those who ask by them.
            for (String key : List.of("lease:" + holder.id(), "lease:" + waiter.id(), "lock:a")) {
                assertThat(redis.keyCommands().pTtl(("hf:{" + ns + "}:" + key).getBytes(UTF_8)))
                        .isBetween(1L, LeaseRules.ENDED_WINDOW.toMillis());
            }
        }
        close(store);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[3,1,2,3,4,5,6,7,8]",
                "[1,1]",
                "[]",
                "",
                "nonsense",
                "[2,nonsense",
                "[2]",
                "{\"2\":1}",
                "[20,1,2,3]"
            })
    void dataThatThisReleaseDoesNotUnderstandIsLeftAsItIs(String meta) {
        RedisLeaseStore store = (RedisLeaseStore) open(new RedisLeaseStore.Deaf());
        LeaseRequest holder = request(lease("x"), "a");
        try (RedisConnection redis = FACTORY.getConnection()) {
            done(store.ensure(holder, new Patience.Refuse()));
            redis.stringCommands().set(metaKey(), meta.getBytes(UTF_8));
            assertIsRefusedAndLeftAsItIs(store, holder, redis);

            redis.keyCommands().del(metaKey());
            assertThat(done(store.find(ns, holder.id()))).isInstanceOf(Outcome.Held.class);
            assertThat(store.health().getStatus()).isEqualTo(Status.UP);
        }
        close(store);
    }

    @Test
    void aKeyOfAnotherTypeIsLeftAsItIs() {
        RedisLeaseStore store = (RedisLeaseStore) open(new RedisLeaseStore.Deaf());
        try (RedisConnection redis = FACTORY.getConnection()) {
            redis.setCommands().sAdd(metaKey(), "x".getBytes(UTF_8));
            assertIsRefusedAndLeftAsItIs(store, request(lease("x"), "a"), redis);
        }
        close(store);
    }

    private void assertIsRefusedAndLeftAsItIs(RedisLeaseStore store, LeaseRequest holder, RedisConnection redis) {
        List<String> before = dump(redis);
        LeaseRequest another = request(lease("y"), "b");
        List<Supplier<CompletionStage<?>>> calls = List.of(
                () -> store.ensure(holder, new Patience.Refuse()),
                () -> store.ensure(another, new Patience.Refuse()),
                () -> store.ensure(another, new Patience.Queue(Duration.ofSeconds(1))),
                () -> store.renew(holder, new FencingToken(1)),
                () -> store.release(ns, holder.id(), Optional.empty(), ASKER),
                () -> store.release(ns, another.id(), Optional.empty(), ASKER),
                () -> store.find(ns, holder.id()),
                () -> store.abandon(ns, holder.id()),
                () -> store.lock(ns, new LockName("a")),
                () -> store.locks(ns, "", ""),
                () -> store.revoke(ns, new LockName("a"), Duration.ZERO),
                () -> store.sweep(ns));
        for (Supplier<CompletionStage<?>> call : calls) {
            assertThatThrownBy(() -> done(call.get())).hasCauseInstanceOf(StoreUnavailableException.class);
        }
        assertThat(dump(redis)).isEqualTo(before);
    }

    private List<String> dump(RedisConnection redis) {
        return redis.keyCommands().keys(("hf:{" + ns + "}:*").getBytes(UTF_8)).stream()
                .map(key -> new String(key, UTF_8)
                        + Arrays.toString(redis.keyCommands().dump(key)))
                .sorted()
                .toList();
    }

    private byte[] metaKey() {
        return ("hf:{" + ns + "}:meta").getBytes(UTF_8);
    }

    @Test
    void dataOfAnotherVersionAreToldInWords() {
        RedisLeaseStore store = (RedisLeaseStore) open(new RedisLeaseStore.Deaf());
        try (RedisConnection redis = FACTORY.getConnection()) {
            redis.stringCommands().set(metaKey(), "[3,1,2,3]".getBytes(UTF_8));
            assertThatThrownBy(() -> done(store.find(ns, lease("x"))))
                    .hasMessageContaining("Its data are of version 3, and this release understands 2");
            assertThat(store.health().getStatus()).isEqualTo(Status.DOWN);
            assertThat(store.health().getDetails()).containsKey("namespace " + ns);
        }
        close(store);
    }
}
