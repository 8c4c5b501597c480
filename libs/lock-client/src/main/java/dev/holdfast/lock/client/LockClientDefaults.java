package dev.holdfast.lock.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** The settings of others' libraries that the lock client needs. Any setting of the program wins. */
final class LockClientDefaults implements EnvironmentPostProcessor {
    private static final String BREAKER = "resilience4j.circuitbreaker.instances." + RemoteLeases.SERVICE + ".";

    private static final String BULKHEAD = "resilience4j.bulkhead.instances." + RemoteLeases.SERVICE + ".";
    private static final String SIMPLE = "spring.cloud.discovery.client.simple";

    private static final Map<String, Object> DEFAULTS = Map.ofEntries(
            // A PUT or DELETE of a lease may be repeated, and by default only GET is.
            Map.entry("spring.cloud.loadbalancer.clients.lock-service.retry.retry-on-all-operations", true),
            // Its default keeps a dead instance for 35 s. The registry's copy in memory is fresh enough.
            Map.entry("spring.cloud.loadbalancer.cache.enabled", false),
            // They would say that there is no cache, and at each call that no instance is known: the exception says it.
            Map.entry("logging.level.org.springframework.cloud.openfeign.loadbalancer", "error"),
            Map.entry("logging.level.org.springframework.cloud.loadbalancer.core", "error"),
            // What happened longer ago says nothing: there may be hours between two calls.
            Map.entry(BREAKER + "sliding-window-type", "TIME_BASED"),
            Map.entry(BREAKER + "sliding-window-size", 10),
            Map.entry(BREAKER + "minimum-number-of-calls", 10),
            Map.entry(BREAKER + "failure-rate-threshold", 50),
            // Short: a breaker that stays open longer than the outage makes an outage of its own.
            Map.entry(BREAKER + "wait-duration-in-open-state", "1s"),
            Map.entry(BREAKER + "permitted-number-of-calls-in-half-open-state", 3),
            // Calls that got their permission and never ended would keep it half open for ever.
            Map.entry(BREAKER + "max-wait-duration-in-half-open-state", "5s"),
            // An open breaker is seen in the health's detail; the service itself is well.
            Map.entry(BREAKER + "register-health-indicator", true),
            Map.entry(BREAKER + "allow-health-indicator-to-fail", false),
            Map.entry("management.health.circuitbreakers.enabled", true),
            // Callers that wait, each with a thread and a connection. No more of them wait for a place among these.
            Map.entry(BULKHEAD + "max-concurrent-calls", 256),
            Map.entry(BULKHEAD + "max-wait-duration", "0s"));

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, Object> defaults = new HashMap<>(DEFAULTS);
        defaults.putAll(instances(environment));
        environment.getPropertySources().addLast(new MapPropertySource("holdfastLockClient", defaults));
    }

    /** The list of URLs, for Spring Cloud's discovery without a registry. It is asked before a registry, if there is one. */
    private static Map<String, Object> instances(ConfigurableEnvironment environment) {
        List<String> urls = Binder.get(environment)
                .bind("holdfast.locks.urls", Bindable.listOf(String.class))
                .orElse(List.of());
        Map<String, Object> instances = new HashMap<>();
        for (int i = 0; i < urls.size(); i++) {
            instances.put("%s.instances.%s[%d].uri".formatted(SIMPLE, RemoteLeases.SERVICE, i), urls.get(i));
            instances.put(SIMPLE + ".order", -1);
        }
        return instances;
    }
}
