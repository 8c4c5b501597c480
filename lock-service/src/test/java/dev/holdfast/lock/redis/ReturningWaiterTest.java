package dev.holdfast.lock.redis;

import static dev.holdfast.lock.core.LeaseStoreContract.ASKER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.TestRedis;
import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.LeaseRequest;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.LeaseStoreContract;
import dev.holdfast.lock.core.Leases;
import dev.holdfast.lock.core.LockMode;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.LockSpec;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.lock.core.Outcome;
import dev.holdfast.lock.core.Owner;
import dev.holdfast.lock.core.Ttl;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A client that hangs up and is back at once, on a Redis of its own that was never told of anyone who left. */
class ReturningWaiterTest {
    private static final LeaseRules RULES = TestLinks.rules(10, 10, 100, 100);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Namespace NS = new Namespace("returning");

    private final TestRedis redis = new TestRedis();
    private final LettuceConnectionFactory factory = TestLinks.factory(redis);
    private final LeaseStore store = TestLinks.store(factory, RULES);
    private final Leases leases = new Leases(store, RULES, LeaseStoreContract.EVENTS);
    private final LeaseRequest holder = request();
    private final LeaseRequest waiter = request();

    @BeforeEach
    void hold() {
        TestLinks.awaitConnected(store);
        assertThat(leases.ensure(holder).toCompletableFuture().join()).isInstanceOf(Outcome.Held.class);
    }

    @AfterEach
    void stop() {
        leases.close();
        TestLinks.close(store);
        factory.destroy();
        redis.close();
    }

    @Test
    void isToldOfItsTurnThoughRedisHearsLateThatItHadLeft() throws Exception {
        CompletableFuture<Outcome> first = leases.ensure(waiter, WAIT);
        await().until(() -> state() instanceof Outcome.Waiting);

        // Redis does not know the script that tells it so, and is sent it: meanwhile the other request overtakes.
        first.cancel(true);
        CompletableFuture<Outcome> second = leases.ensure(waiter, WAIT);
        for (int i = 0; i < 20; i++) {
            assertThat(state()).isInstanceOf(Outcome.Waiting.class);
        }

        leases.release(NS, holder.id(), Optional.empty(), ASKER);
        assertThat(second.get(LeaseRules.CLAIM_GRACE.toMillis() - 500, TimeUnit.MILLISECONDS))
                .isInstanceOf(Outcome.Held.class);
    }

    private Outcome state() {
        return leases.find(NS, waiter.id()).toCompletableFuture().join();
    }

    private static LeaseRequest request() {
        LeaseId id = new LeaseId(UUID.randomUUID());
        return new LeaseRequest(
                NS,
                id,
                List.of(new LockSpec(new LockName("a"), LockMode.EXCLUSIVE)),
                new Owner(id.toString()),
                ASKER,
                new Ttl(Duration.ofMinutes(1)),
                "{}");
    }
}
