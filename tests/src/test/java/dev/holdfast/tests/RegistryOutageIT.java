package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.launcher.story.Load;
import dev.holdfast.launcher.story.Registration;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Registries die, one or all. */
@ExtendWith(SharedSuite.class)
class RegistryOutageIT {

    private static final Set<String> SERVICES = Set.of(
            "gateway",
            "inventory-service",
            "lock-service-1",
            "lock-service-2",
            "order-service-1",
            "order-service-2",
            "registry-1",
            "registry-2");

    private final Suite suite;

    RegistryOutageIT(Suite suite) {
        this.suite = suite;
    }

    @Test
    void withoutOneOfTwoNewInstancesAreFoundAndItComesBackKnowingAll() throws Exception {
        Instance registry = suite.registries().getFirst();
        Instance service = suite.lockServices().getLast();
        registry.kill();
        try {
            service.kill();
        } finally {
            // Returns when the gateway has found it.
            service.start();
            registry.start();
        }
        awaitAllKnown(registry);
    }

    @Test
    void aRegistryThatHangsCostsNoLease() throws Exception {
        Instance hanging = suite.registries().getFirst();
        Instance other = suite.registries().getLast();
        Set<String> services = new TreeSet<>(SERVICES);
        services.remove(hanging.name());
        awaitAllKnown(other);
        hanging.pause();
        try {
            await().during(Duration.ofSeconds(8))
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(200))
                    .untilAsserted(() -> assertThat(Registration.up(other.uri(), suite.registryCredentials()))
                            .containsAll(services));
        } finally {
            hanging.resume();
        }
        awaitAllKnown(hanging);
    }

    @Test
    void withoutAnyTrafficGoesOnForAMinuteAndThroughTheirReturn() throws Exception {
        try (Load load = Load.on(suite)) {
            suite.registries().forEach(Instance::kill);
            try {
                load.goOn(Duration.ofSeconds(60));
            } finally {
                suite.registries().parallelStream().forEach(Instance::start);
            }
            suite.registries().forEach(this::awaitAllKnown);
            load.goOn(Duration.ofSeconds(5));

            Load.Report report = load.stop();

            assertThat(report.failed()).as(report.toString()).isZero();
            assertThat(report.sent()).isGreaterThan(1_000);
        }
    }

    private void awaitAllKnown(Instance registry) {
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> assertThat(Registration.up(registry.uri(), suite.registryCredentials()))
                        .containsAll(SERVICES));
    }
}
