package dev.holdfast.lock.redis;

import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.TestRedis;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.LeaseStoreContract;
import dev.holdfast.lock.core.Limits;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Connections and stores as the service makes them, without the service. */
final class TestLinks {
    private TestLinks() {}

    static LettuceConnectionFactory factory(TestRedis redis) {
        ClientOptions.Builder options = ClientOptions.builder().timeoutOptions(TimeoutOptions.enabled());
        RedisStoreConfiguration.failClosed(options);
        ClientResources.Builder resources = ClientResources.builder();
        RedisStoreConfiguration.pipelined(resources);
        LettuceConnectionFactory factory = new LettuceConnectionFactory(
                new RedisStandaloneConfiguration("127.0.0.1", redis.port()),
                LettuceClientConfiguration.builder()
                        .clientOptions(options.build())
                        .clientResources(resources.build())
                        .commandTimeout(Duration.ofSeconds(1))
                        .build());
        factory.afterPropertiesSet();
        factory.start();
        return factory;
    }

    static LeaseRules rules(int leases, int queued, int waiters, int ended) {
        return new LeaseRules(
                new Limits(Duration.ofHours(24), null, Limits.METADATA_CAP, leases, queued, waiters, ended));
    }

    /** A store on a clock of its own, or on Redis' own with {@link Script#REDIS_CLOCK}. */
    static RedisLeaseStore store(LettuceConnectionFactory factory, String clock, LeaseRules rules) {
        return new RedisLeaseStore(new RedisLink(factory), Scripts.load(clock, LeaseStoreContract.EVENTS), rules);
    }

    static LeaseStore store(LettuceConnectionFactory factory, LeaseRules rules) {
        return store(factory, Script.REDIS_CLOCK, rules);
    }

    static void awaitConnected(LeaseStore store) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> store.namespaces()
                .toCompletableFuture()
                .handle((all, failure) -> failure == null)
                .join());
    }

    static void close(LeaseStore store) {
        ((RedisLeaseStore) store).close();
    }
}
