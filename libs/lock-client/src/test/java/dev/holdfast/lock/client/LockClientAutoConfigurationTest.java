package dev.holdfast.lock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.holdfast.ejection.Ejections;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import net.javacrumbs.shedlock.core.LockProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.IndicatedHealthDescriptor;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.integration.support.locks.DefaultLockRegistry;
import org.springframework.integration.support.locks.LockRegistry;

class LockClientAutoConfigurationTest {
    private static final Duration TTL = Duration.ofSeconds(3);
    private static final String RETRY = "spring.cloud.loadbalancer.clients.lock-service.retry.retry-on-all-operations";

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withInitializer(starting ->
                    new LockClientDefaults().postProcessEnvironment(starting.getEnvironment(), new SpringApplication()))
            .withUserConfiguration(Program.class);

    @Test
    void theDependencyAloneGivesLocksThatSurviveAnInstanceThatIsGone() throws IOException {
        try (Instance there = new Instance();
                ConfigurableApplicationContext program = Program.run(new int[] {gone(), there.port()})) {
            there.onPut(Instance.held(1, TTL)).onDelete(Instance.released());
            Locks locks = program.getBean(Locks.class);

            for (int i = 0; i < 4; i++) {
                locks.tryAcquire("any", TTL).orElseThrow().close();
            }
            assertThat(there.puts()).hasSize(4).allMatch(put -> put.path().startsWith("/v1/namespaces/default/"));
        }
    }

    @Test
    void aWaiterLeavesAnInstanceAtOnceWhenAnotherCallFailedThere() throws IOException {
        try (Instance hanging = new Instance();
                Instance well = new Instance();
                ConfigurableApplicationContext program =
                        Program.run(new int[] {hanging.port(), well.port()}, "holdfast.locks.wait-slice=30s")) {
            hanging.onPut(hanging.hang());
            well.onPut(Instance.held(1, TTL)).onDelete(Instance.released());
            hanging.onDelete(Instance.released());
            Locks locks = program.getBean(Locks.class);
            // In turn: the second is at the hanging one if the first was not.
            List<CompletableFuture<HeldLease>> waiters = Stream.generate(() ->
                            CompletableFuture.supplyAsync(() -> locks.acquire("any", TTL, Duration.ofSeconds(30))))
                    .limit(2)
                    .toList();
            await().until(() -> !hanging.puts().isEmpty());

            program.getBean(Ejections.class)
                    .eject(
                            new DefaultServiceInstance("one", "lock-service", "127.0.0.1", hanging.port(), false),
                            new IOException("no answer"));

            await().atMost(Duration.ofSeconds(5)).until(() -> waiters.stream().allMatch(CompletableFuture::isDone));
            waiters.forEach(waiter -> waiter.join().close());
            assertThat(well.puts())
                    .anyMatch(put -> put.id().equals(hanging.puts().get(0).id()));
        }
    }

    @Test
    void theBreakerIsSeenInHealthAndMetricsAndNeverMakesTheProgramUnwell() {
        try (ConfigurableApplicationContext program = Program.run(
                new int[] {},
                "management.endpoint.health.show-details=always",
                "management.endpoint.health.probes.enabled=true")) {
            HealthEndpoint health = program.getBean(HealthEndpoint.class);
            assertThat(breaker(health)).contains("state=CLOSED");

            program.getBean(CircuitBreakerRegistry.class)
                    .circuitBreaker("lock-service")
                    .transitionToOpenState();

            assertThat(breaker(health)).contains("state=OPEN");
            assertThat(health.health().getStatus()).isEqualTo(Status.UP);
            assertThat(status(health, "readiness")).isEqualTo(Status.UP);
            assertThat(status(health, "liveness")).isEqualTo(Status.UP);
            assertThat(program.getBean(MeterRegistry.class)
                            .get("resilience4j.circuitbreaker.state")
                            .tag("name", "lock-service")
                            .tag("state", "open")
                            .gauge()
                            .value())
                    .isEqualTo(1);
        }
    }

    @Test
    void aListOfUrlsDoesWithoutARegistryAndAnInstanceThatIsGoneIsLeftOut() throws IOException {
        try (Instance there = new Instance();
                ConfigurableApplicationContext program = Program.run(
                        new int[] {},
                        "holdfast.locks.urls=http://127.0.0.1:%d, http://127.0.0.1:%d"
                                .formatted(gone(), there.port()))) {
            there.onPut(Instance.held(1, TTL)).onDelete(Instance.released());
            Locks locks = program.getBean(Locks.class);

            for (int i = 0; i < 4; i++) {
                locks.tryAcquire("any", TTL).orElseThrow().close();
            }

            assertThat(there.puts()).hasSize(4);
            assertThat(program.getBean(MeterRegistry.class)
                            .get("holdfast.ejections")
                            .counter()
                            .count())
                    .isPositive();
        }
    }

    @Test
    void aListOfUrlsComesBeforeARegistryThatIsThereToo() throws IOException {
        try (Instance there = new Instance();
                Instance registered = new Instance()) {
            there.onPut(Instance.held(1, TTL)).onDelete(Instance.released());
            DiscoveryClient registry = new DiscoveryClient() {
                @Override
                public String description() {
                    return "a registry";
                }

                @Override
                public List<ServiceInstance> getInstances(String service) {
                    return List.of(new DefaultServiceInstance("one", service, "127.0.0.1", registered.port(), false));
                }

                @Override
                public List<String> getServices() {
                    return List.of("lock-service");
                }
            };
            context.withBean("registry", DiscoveryClient.class, () -> registry)
                    .withPropertyValues("holdfast.locks.urls=http://127.0.0.1:" + there.port())
                    .run(program -> program.getBean(Locks.class)
                            .tryAcquire("any", TTL)
                            .orElseThrow()
                            .close());

            assertThat(there.puts()).hasSize(1);
            assertThat(registered.puts()).isEmpty();
        }
    }

    @Test
    void noMoreCallersWaitThanTheBulkheadAdmits() throws IOException {
        try (Instance busy = new Instance();
                ConfigurableApplicationContext program = Program.run(
                        new int[] {busy.port()},
                        "resilience4j.bulkhead.instances.lock-service.max-concurrent-calls=1",
                        "management.endpoint.health.show-details=always")) {
            busy.onPut(busy.waiting()).onDelete(Instance.released());
            Locks locks = program.getBean(Locks.class);
            CompletableFuture<HeldLease> waiter =
                    CompletableFuture.supplyAsync(() -> locks.acquire("any", TTL, Duration.ofSeconds(30)));
            await().until(() -> !busy.puts().isEmpty());

            assertThatThrownBy(() -> locks.acquire("other", TTL, Duration.ofSeconds(30)))
                    .isInstanceOfSatisfying(LockNotAcquiredException.class, full -> assertThat(full.reason())
                            .isEqualTo(Reason.BUSY));
            HealthEndpoint health = program.getBean(HealthEndpoint.class);
            assertThat(((IndicatedHealthDescriptor) Objects.requireNonNull(health.healthForPath("lockWaiters")))
                            .getDetails())
                    .containsEntry("free", 0)
                    .containsEntry("most", 1);
            assertThat(program.getBean(MeterRegistry.class)
                            .get("resilience4j.bulkhead.available.concurrent.calls")
                            .tag("name", "lock-service")
                            .gauge()
                            .value())
                    .isZero();

            busy.onPut(Instance.held(1, TTL));
            waiter.join().close();
            locks.acquire("other", TTL, Duration.ofSeconds(30)).close();
        }
    }

    @Test
    void metersCountWhatBecomesOfLeasesAndNameNoLock() throws IOException {
        Duration shortTtl = Duration.ofMillis(600);
        try (Instance instance = new Instance();
                ConfigurableApplicationContext program = Program.run(new int[] {instance.port()})) {
            instance.onPut(Instance.held(1, shortTtl)).onDelete(Instance.released());
            Locks locks = program.getBean(Locks.class);
            locks.acquire("any", shortTtl, TTL).close();
            HeldLease lost = locks.tryAcquire("any", shortTtl).orElseThrow();
            instance.onPut(Instance.problem(ProblemKind.LEASE_REVOKED));
            await().until(() -> lost.remaining().isZero());
            instance.onPut(Instance.problem(ProblemKind.LOCK_HELD));
            assertThat(locks.tryAcquire("any", shortTtl)).isEmpty();

            MeterRegistry meters = program.getBean(MeterRegistry.class);
            assertThat(timed(meters, "holdfast.lease.wait", "held")).isEqualTo(2);
            assertThat(timed(meters, "holdfast.lease.wait", "busy")).isEqualTo(1);
            assertThat(timed(meters, "holdfast.lease.hold", "released")).isEqualTo(1);
            assertThat(timed(meters, "holdfast.lease.hold", "lost")).isEqualTo(1);
            assertThat(meters.get("holdfast.lease.lost").counter().count()).isEqualTo(1);

            instance.onPut(Instance.held(1, shortTtl)).onDelete(Instance.breakOff());
            locks.acquire("any", shortTtl, TTL).close();
            assertThat(timed(meters, "holdfast.lease.hold", "unconfirmed")).isEqualTo(1);
            assertThat(meters.getMeters())
                    .filteredOn(meter -> meter.getId().getName().startsWith("holdfast.lease"))
                    .flatExtracting(meter -> meter.getId().getTags())
                    .extracting(Tag::getKey)
                    .containsOnly("outcome", "error");
        }
    }

    @Test
    void observationsNameTheLocksToWhoeverHandlesThem() throws IOException {
        List<Observation.Context> ended = new CopyOnWriteArrayList<>();
        ObservationHandler<Observation.Context> handler = new ObservationHandler<>() {
            @Override
            public void onStop(Observation.Context context) {
                ended.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return String.valueOf(context.getName()).startsWith("holdfast.");
            }
        };
        try (Instance instance = new Instance()) {
            instance.onPut(Instance.held(1, TTL)).onDelete(Instance.released());
            context.withBean("spans", ObservationHandler.class, () -> handler)
                    .withPropertyValues("holdfast.locks.urls=http://127.0.0.1:" + instance.port())
                    .run(program -> {
                        try (HeldLease lease = program.getBean(Locks.class).acquire("stock:1", TTL, TTL)) {
                            assertThat(ended).hasSize(1);
                            lease.ensureHeld();
                        }
                        assertThat(ended)
                                .extracting(Observation.Context::getName, Observation.Context::getContextualName)
                                .containsExactly(
                                        tuple("holdfast.lease.wait", "wait for stock:1"),
                                        tuple("holdfast.lease.hold", "hold stock:1"));
                        assertThat(ended)
                                .extracting(each -> each.getHighCardinalityKeyValue("holdfast.locks"))
                                .containsOnly(KeyValue.of("holdfast.locks", "stock:1"));
                    });
        }
    }

    private static long timed(MeterRegistry meters, String name, String outcome) {
        return meters.get(name).tags("outcome", outcome).timer().count();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.boot.health.contributor",
                "io.micrometer.core",
                "io.micrometer.context",
                "org.springframework.web.reactive",
                "dev.holdfast.token",
                "org.springframework.integration",
                "net.javacrumbs.shedlock"
            })
    void whatIsOptionalMayBeMissing(String packageName) {
        context.withClassLoader(new FilteredClassLoader(packageName)).run(program -> assertThat(program)
                .hasNotFailed()
                .hasSingleBean(Locks.class)
                .hasSingleBean(LockedAdvisor.class));
    }

    @Test
    void whereNoInstanceIsKnownALockIsUnavailable() {
        context.run(program -> assertThatThrownBy(
                        () -> program.getBean(Locks.class).tryAcquire("any", TTL))
                .isInstanceOfSatisfying(LockNotAcquiredException.class, unavailable -> assertThat(unavailable.reason())
                        .isEqualTo(Reason.UNAVAILABLE))
                .hasRootCauseMessage("no instance of lock-service is known"));
    }

    @Test
    void theProgramsSettingsWin() {
        context.withPropertyValues(RETRY + "=false")
                .run(program -> assertThat(program.getBean(Environment.class).getProperty(RETRY))
                        .isEqualTo("false"));
    }

    @Test
    void theProgramsLocksWin() {
        context.withUserConfiguration(OwnLocks.class)
                .run(program -> assertThat(program).getBean(Locks.class).isNotInstanceOf(RemoteLocks.class));
    }

    @Test
    void itsLocksStandInForThoseOfOtherLibrariesUnlessTheProgramHasItsOwn() {
        context.run(program -> assertThat(program)
                .hasSingleBean(HoldfastLockProvider.class)
                .hasSingleBean(HoldfastLockRegistry.class));
        context.withBean(LockProvider.class, () -> wanted -> Optional.empty())
                .withBean(LockRegistry.class, DefaultLockRegistry::new)
                .run(program -> assertThat(program)
                        .hasSingleBean(LockProvider.class)
                        .doesNotHaveBean(HoldfastLockProvider.class)
                        .hasSingleBean(LockRegistry.class)
                        .doesNotHaveBean(HoldfastLockRegistry.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "namespace=Orders",
                "namespace=",
                "wait-slice=0s",
                "wait-slice=1500ms",
                "wait-slice=31s",
                "wait-slice=-1s",
                "integration-ttl=99ms",
                "urls=lock-service:8081",
                "token=two words",
                "token=\"quoted\"",
                "urls=ftp://host",
                "urls=http://host/path",
                "urls=http://user@host",
                "owner=12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012"
            })
    void aSettingThatCannotWorkIsNamedAtTheStart(String setting) {
        new ApplicationContextRunner()
                .withUserConfiguration(SettingsOnly.class)
                .withPropertyValues("holdfast.locks." + setting)
                .run(program -> assertThat(program)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("holdfast.locks." + setting.substring(0, setting.indexOf('='))));
    }

    private static String breaker(HealthEndpoint health) {
        return ((IndicatedHealthDescriptor) Objects.requireNonNull(health.healthForPath("circuitBreakers")))
                .getDetails()
                .toString();
    }

    private static Status status(HealthEndpoint health, String... path) {
        return Objects.requireNonNull(health.healthForPath(path)).getStatus();
    }

    private static int gone() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @EnableConfigurationProperties(LockClientProperties.class)
    static class SettingsOnly {}

    @Configuration(proxyBeanMethods = false)
    static class OwnLocks {

        @Bean
        Locks ownLocks() {
            return new Locks() {
                @Override
                public HeldLease acquire(LockSet locks, Duration ttl, Duration waitUpTo) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Optional<HeldLease> tryAcquire(LockSet locks, Duration ttl) {
                    return Optional.empty();
                }
            };
        }
    }
}
