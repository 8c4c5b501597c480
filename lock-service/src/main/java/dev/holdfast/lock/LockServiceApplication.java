package dev.holdfast.lock;

import dev.holdfast.defaults.HoldfastApplication;
import dev.holdfast.defaults.drain.Drainable;
import dev.holdfast.lock.core.EventRules;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.Leases;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** The lock service. */
@SpringBootApplication
@EnableConfigurationProperties({LeaseSettings.class, EventSettings.class})
public class LockServiceApplication {

    public static void main(String[] args) {
        HoldfastApplication.run(LockServiceApplication.class, "lock-service", args);
    }

    @Bean
    LeaseRules leaseRules(LeaseSettings settings, Environment environment) {
        return settings.rules(environment);
    }

    @Bean
    EventRules eventRules(EventSettings settings) {
        return settings.rules();
    }

    @Bean
    Leases leases(LeaseStore store, LeaseRules rules, EventRules events) {
        return new Leases(store, rules, events);
    }

    /** At the end of the drain window open waits are answered, and their clients go on elsewhere. */
    @Bean
    Drainable openWaits(Leases leases) {
        return leases::drain;
    }
}
