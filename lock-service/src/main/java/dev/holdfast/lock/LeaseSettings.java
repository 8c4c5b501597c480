package dev.holdfast.lock;

import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.Limits;
import dev.holdfast.lock.core.Namespace;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

/**
 * Limits of every namespace; and as {@code holdfast.namespaces[<name>]} those in which one differs.
 *
 * @param maxTtl the longest TTL, from 100 ms to 24 h, the default
 * @param maxHold how long a lease may be held however often it is renewed; without it for ever
 * @param maxMetadata the size of a lease's metadata, at most 2 KiB, the default
 * @param maxLeases how many leases, held or waiting, a namespace may have
 * @param maxQueued how many leases of a namespace may wait, for whatever lock
 * @param maxWaiters how many may wait for one lock
 * @param maxEnded how many leases that have ended in the last two minutes a namespace remembers
 */
@ConfigurationProperties(prefix = "holdfast.leases", ignoreUnknownFields = false)
record LeaseSettings(
        @Nullable Duration maxTtl,
        @Nullable Duration maxHold,
        @Nullable DataSize maxMetadata,
        @Nullable Integer maxLeases,
        @Nullable Integer maxQueued,
        @Nullable Integer maxWaiters,
        @Nullable Integer maxEnded) {

    private static final Limits DEFAULTS =
            new Limits(Duration.ofHours(24), null, Limits.METADATA_CAP, 200_000, 100_000, 20_000, 2_000_000);

    /** @throws IllegalArgumentException if one is out of its range */
    LeaseSettings {
        var unused = limits(DEFAULTS, maxTtl, maxHold, maxMetadata, maxLeases, maxQueued, maxWaiters, maxEnded);
    }

    /** These for all namespaces, and for some what the environment sets of theirs. */
    LeaseRules rules(Environment environment) {
        Limits all = over(DEFAULTS);
        Map<Namespace, Limits> ofNamespaces = new HashMap<>();
        ofNamespaces(environment).forEach((namespace, own) -> ofNamespaces.put(namespace, own.over(all)));
        return new LeaseRules(all, ofNamespaces);
    }

    /** A name or a limit that is misspelt stops the start: it would be one that nobody keeps. */
    private static Map<Namespace, LeaseSettings> ofNamespaces(Environment environment) {
        return Binder.get(environment)
                .bind(
                        "holdfast.namespaces",
                        Bindable.mapOf(Namespace.class, LeaseSettings.class),
                        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter()))
                .orElse(Map.of());
    }

    /** The limits, those changed that are set here. */
    private Limits over(Limits base) {
        return limits(base, maxTtl, maxHold, maxMetadata, maxLeases, maxQueued, maxWaiters, maxEnded);
    }

    private static Limits limits(
            Limits base,
            @Nullable Duration maxTtl,
            @Nullable Duration maxHold,
            @Nullable DataSize maxMetadata,
            @Nullable Integer maxLeases,
            @Nullable Integer maxQueued,
            @Nullable Integer maxWaiters,
            @Nullable Integer maxEnded) {
        return new Limits(
                maxTtl == null ? base.maxTtl() : maxTtl,
                maxHold == null ? base.maxHold() : maxHold,
                maxMetadata == null ? base.maxMetadata() : Math.clamp(maxMetadata.toBytes(), -1, Integer.MAX_VALUE),
                maxLeases == null ? base.maxLeases() : maxLeases,
                maxQueued == null ? base.maxQueued() : maxQueued,
                maxWaiters == null ? base.maxWaiters() : maxWaiters,
                maxEnded == null ? base.maxEnded() : maxEnded);
    }
}
