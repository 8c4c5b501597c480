package dev.holdfast.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.Namespace;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

class LeaseSettingsTest {
    private final ApplicationContextRunner service = new ApplicationContextRunner().withUserConfiguration(Rules.class);

    @EnableConfigurationProperties(LeaseSettings.class)
    static class Rules {
        @Bean
        LeaseRules leaseRules(LeaseSettings settings, Environment environment) {
            return settings.rules(environment);
        }
    }

    @Test
    void aNamespaceDiffersInWhatIsSetForItOnly() {
        service.withPropertyValues(
                        "holdfast.leases.max-ttl=1h",
                        "holdfast.leases.max-waiters=9",
                        "holdfast.namespaces[a.b_c-d].max-ttl=15s",
                        "holdfast.namespaces[a.b_c-d].max-metadata=1KB",
                        "holdfast.namespaces.demo.max-hold=2h")
                .run(context -> {
                    LeaseRules rules = context.getBean(LeaseRules.class);
                    assertThat(rules.of(new Namespace("a.b_c-d")).maxTtl()).isEqualTo(Duration.ofSeconds(15));
                    assertThat(rules.of(new Namespace("a.b_c-d")).maxMetadata()).isEqualTo(1024);
                    assertThat(rules.of(new Namespace("a.b_c-d")).maxWaiters()).isEqualTo(9);
                    assertThat(rules.of(new Namespace("demo")).maxHold()).isEqualTo(Duration.ofHours(2));
                    assertThat(rules.of(new Namespace("demo")).maxTtl()).isEqualTo(Duration.ofHours(1));
                    assertThat(rules.of(new Namespace("other"))).isEqualTo(rules.limits());
                });
    }

    @ParameterizedTest
    @CsvSource({
        "holdfast.leases.max-ttl=25h, max-ttl must be from 100ms to 24h",
        "holdfast.leases.max-ttl=99ms, max-ttl must be from 100ms to 24h",
        "holdfast.leases.max-hold=-1s, max-hold must be from 100ms",
        "holdfast.leases.max-metadata=2049B, max-metadata must be from 2B to 2KB",
        "holdfast.leases.max-metadata=4TB, max-metadata must be from 2B to 2KB",
        "holdfast.leases.max-leases=0, max-leases must be at least 1",
        "holdfast.leases.max-queued=-5, max-queued must be at least 1",
        "holdfast.leases.max-waiters=many, many",
        "holdfast.leases.max-wait=5, holdfast.leases.max-wait",
        "holdfast.namespaces[demo].max-ttl=25h, max-ttl must be from 100ms to 24h",
        "holdfast.namespaces[demo].max-ended=-1, holdfast.namespaces[demo]",
        "holdfast.namespaces[Demo].max-ttl=1h, The namespace must match",
        "holdfast.namespaces[a/b].max-ttl=1h, The namespace must match",
        "holdfast.namespaces[demo].max-tll=1h, holdfast.namespaces[demo].max-tll",
        "holdfast.namespaces.a.b.max-ttl=1h, holdfast.namespaces.a.b.max-ttl",
    })
    void whatNobodyCouldKeepStopsTheStart(String setting, String told) {
        service.withPropertyValues(setting)
                .run(context -> assertThat(context).getFailure().satisfies(failure -> assertThat(messages(failure))
                        .contains(told)));
    }

    private static String messages(Throwable failure) {
        StringBuilder all = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            all.append(cause.getMessage()).append('\n');
        }
        return all.toString();
    }
}
