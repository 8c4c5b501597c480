package dev.holdfast.lock.web;

import dev.holdfast.lock.api.CycleStep;
import dev.holdfast.lock.api.EventView;
import dev.holdfast.lock.api.HolderView;
import dev.holdfast.lock.api.LeaseLockView;
import dev.holdfast.lock.api.LeaseView;
import dev.holdfast.lock.api.LockPageView;
import dev.holdfast.lock.api.LockView;
import dev.holdfast.lock.api.WaiterView;
import dev.holdfast.lock.core.Countdown;
import dev.holdfast.lock.core.FencingToken;
import dev.holdfast.lock.core.Lease;
import dev.holdfast.lock.core.LeaseEvent;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LockMode;
import dev.holdfast.lock.core.LockPage;
import dev.holdfast.lock.core.LockSpec;
import dev.holdfast.lock.core.LockState;
import dev.holdfast.lock.core.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The core's values in their wire form. */
final class Views {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private Views() {}

    static LeaseView held(Outcome.Held held, Duration elapsed, boolean withMetadata) {
        Lease lease = held.lease();
        return new LeaseView(
                lease.id().toString(),
                "HELD",
                locks(lease),
                lease.owner().value(),
                elapsed.toMillis(),
                lease.expiry().left().toMillis(),
                lease.isFencing() ? held.token().value() : null,
                null,
                null,
                millis(lease.revocation()),
                millis(lease.holdEnd()),
                withMetadata ? metadata(lease) : null);
    }

    static LeaseView waiting(Outcome.Waiting waiting, Duration elapsed, boolean withMetadata) {
        Lease lease = waiting.lease();
        return new LeaseView(
                lease.id().toString(),
                "WAITING",
                locks(lease),
                lease.owner().value(),
                elapsed.toMillis(),
                null,
                null,
                waiting.position(),
                LeaseRules.keepPlace().toMillis(),
                null,
                null,
                withMetadata ? metadata(lease) : null);
    }

    static List<CycleStep> cycle(List<Outcome.Deadlock.Step> cycle) {
        return cycle.stream()
                .map(step -> new CycleStep(step.owner().value(), step.waitsFor().value()))
                .toList();
    }

    static List<HolderView> holders(List<Lease> holders) {
        return holders.stream().map(Views::holder).toList();
    }

    private static HolderView holder(Lease lease) {
        FencingToken token = lease.token();
        return new HolderView(
                lease.id().toString(),
                locks(lease),
                lease.owner().value(),
                lease.caller(),
                token != null && lease.isFencing() ? token.value() : null,
                lease.age().toMillis(),
                lease.expiry().left().toMillis(),
                lease.renewals(),
                millis(lease.revocation()),
                metadata(lease));
    }

    static EventView event(LeaseEvent event) {
        FencingToken token = event.token();
        boolean hasWaited =
                event.kind() != LeaseEvent.Kind.QUEUED && !event.kind().isOfHolder();
        return new EventView(
                event.lease().toString(),
                event.locks().stream().map(Views::lock).toList(),
                event.owner().value(),
                token != null && LockSpec.isFencing(event.locks()) ? token.value() : null,
                hasWaited ? event.lasted().toMillis() : null,
                event.kind().isOfHolder() ? event.lasted().toMillis() : null,
                event.at());
    }

    static LockView lock(LockState lock) {
        List<Lease> waiters = lock.waiters();
        return lock(
                lock,
                IntStream.range(0, waiters.size())
                        .mapToObj(i -> waiter(waiters.get(i), i + 1, estimate(lock, i)))
                        .toList());
    }

    private static LockView lock(LockState lock, @Nullable List<WaiterView> waiters) {
        return switch (lock.use()) {
            case LockState.Whole whole ->
                new LockView(
                        lock.name().value(),
                        word(whole.mode()),
                        null,
                        null,
                        holders(lock.holders()),
                        lock.waiting(),
                        waiters);
            case LockState.Permits permits ->
                new LockView(
                        lock.name().value(),
                        "permits",
                        permits.taken(),
                        permits.of(),
                        holders(lock.holders()),
                        lock.waiting(),
                        waiters);
        };
    }

    /** The rest of the holder's turn, and those of all ahead. Of shared locks and permits nobody can tell. */
    private static @Nullable Long estimate(LockState lock, int ahead) {
        Duration hold = lock.averageHold();
        boolean inTurn = lock.waiters().subList(0, ahead).stream().allMatch(waiter -> isExclusive(lock, waiter));
        if (hold == null || !inTurn || !lock.holders().stream().allMatch(holder -> isExclusive(lock, holder))) {
            return null;
        }
        long rest = lock.holders().stream()
                .mapToLong(holder -> Math.max(0, hold.minus(holder.age()).toMillis()))
                .sum();
        return rest + hold.multipliedBy(ahead).toMillis();
    }

    private static boolean isExclusive(LockState lock, Lease lease) {
        return lease.locks().contains(new LockSpec(lock.name(), LockMode.EXCLUSIVE));
    }

    private static @Nullable Long millis(@Nullable Countdown countdown) {
        return countdown == null ? null : countdown.left().toMillis();
    }

    private static WaiterView waiter(Lease lease, long position, @Nullable Long estimatedWaitMillis) {
        return new WaiterView(
                lease.id().toString(),
                lease.owner().value(),
                lease.caller(),
                position,
                lease.age().toMillis(),
                estimatedWaitMillis);
    }

    static LockPageView page(LockPage page) {
        return new LockPageView(
                page.locks().stream().map(lock -> lock(lock, null)).toList(), page.next());
    }

    private static List<LeaseLockView> locks(Lease lease) {
        return lease.locks().stream().map(Views::lock).toList();
    }

    private static LeaseLockView lock(LockSpec lock) {
        String name = lock.name().value();
        return switch (lock.mode()) {
            case LockMode.Whole whole -> new LeaseLockView(name, word(whole), null, null);
            case LockMode.Permits some -> new LeaseLockView(name, "permits", some.permits(), some.of());
        };
    }

    private static String word(LockMode.Whole mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> metadata(Lease lease) {
        return JSON.readValue(lease.metadata(), OBJECT);
    }
}
