package dev.holdfast.lock.core;

import dev.holdfast.lock.core.Outcome.Busy;
import dev.holdfast.lock.core.Outcome.Ended;
import dev.holdfast.lock.core.Outcome.Ending;
import dev.holdfast.lock.core.Outcome.Full;
import dev.holdfast.lock.core.Outcome.Limit;
import dev.holdfast.lock.core.Outcome.Mismatch;
import dev.holdfast.lock.core.Outcome.Reason;
import dev.holdfast.lock.core.Outcome.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a store of leases in one namespace does, as simply as it can be said: all in one list, looked through again and
 * again. It gives no tokens; those of the store are told to it by {@link #granted}.
 */
final class LeaseModel {
    enum State {
        HELD,
        CLAIMED,
        WAITING
    }

    /** A lease that lives. */
    static final class Entry {
        final LeaseId id;
        final Owner owner;
        String caller;
        List<LockSpec> locks;
        State state = State.WAITING;
        long deadline;
        long since;
        long revoked = Long.MAX_VALUE;
        long ticket;
        String metadata = "{}";

        @Nullable
        FencingToken token;

        final Map<String, Long> open = new HashMap<>();

        Entry(LeaseRequest request) {
            id = request.id();
            owner = request.owner();
            caller = request.asker().caller();
            locks = request.locks();
        }

        boolean isOf(Asker asker) {
            return asker.isAdmin() || caller.equals(asker.caller()) || caller.equals("anonymous");
        }

        boolean holds() {
            return state != State.WAITING;
        }

        @Nullable
        LockMode modeAt(LockName lock) {
            return locks.stream()
                    .filter(spec -> spec.name().equals(lock))
                    .map(LockSpec::mode)
                    .findFirst()
                    .orElse(null);
        }
    }

    /** What is left of a lease. */
    record Tombstone(
            Ending how,
            @Nullable FencingToken token,
            List<LockSpec> locks,
            @Nullable Owner owner,
            long at) {}

    /** What the store must answer; a grant's token and a waiter's lease are not told. */
    sealed interface Answer {
        /** A lease that was just granted, or is held. */
        record Held(boolean justGranted) implements Answer {}

        record Waiting(long position) implements Answer {}

        record Deadlock() implements Answer {}

        record Other(Outcome outcome) implements Answer {}

        record BusyWith(Set<LeaseId> holders) implements Answer {}
    }

    private final Limits limits;
    private final List<String> happened = new ArrayList<>();
    private final Map<LeaseId, Entry> entries = new LinkedHashMap<>();
    private final Map<LeaseId, Tombstone> tombstones = new HashMap<>();
    private final Map<LockName, Long> granted = new HashMap<>();
    private long now;
    private long tickets;

    LeaseModel(Limits limits) {
        this.limits = limits;
    }

    void advance(Duration time) {
        now += time.toMillis();
    }

    @Nullable
    Entry entry(LeaseId id) {
        return entries.get(id);
    }

    long left(Entry entry) {
        return entry.deadline - now;
    }

    /** What happened since this was asked last: what, to which lease, and how long it had lasted. */
    List<String> takeHappened() {
        List<String> taken = List.copyOf(happened);
        happened.clear();
        return taken;
    }

    private void happened(LeaseEvent.Kind kind, Entry entry) {
        happened.add(said(kind, entry.id, now - entry.since, entry.locks));
    }

    static String said(LeaseEvent.Kind kind, LeaseId lease, long lasted, List<LockSpec> locks) {
        return kind + " " + lease + " " + lasted + " " + locks;
    }

    /** The store granted it: under this token. */
    void granted(LeaseId id, FencingToken token) {
        Entry entry = Objects.requireNonNull(entries.get(id));
        entry.token = token;
        entry.locks.forEach(lock -> granted.merge(lock.name(), token.value(), Math::max));
    }

    Answer ensure(LeaseRequest request, @Nullable Duration wait, @Nullable FencingToken token, String instance) {
        reap();
        Entry entry = entries.get(request.id());
        if (entry != null) {
            return ensureLive(entry, request, wait, token, instance);
        }
        Tombstone over = tombstone(request.id());
        if (over != null) {
            boolean same = over.owner() == null
                    || (over.owner().equals(request.owner())
                            && (over.locks().equals(request.locks())
                                    || (token != null && isDowngrade(over.locks(), request.locks()))));
            return other(same ? ended(over) : new Refused(Reason.ID_REUSED));
        }
        return token == null
                ? acquire(new Entry(request), request, wait, instance)
                : other(new Refused(Reason.UNKNOWN));
    }

    private Answer ensureLive(
            Entry entry, LeaseRequest request, @Nullable Duration wait, @Nullable FencingToken token, String instance) {
        if (!entry.isOf(request.asker())) {
            return other(new Refused(Reason.OF_ANOTHER));
        }
        boolean downgrade = token != null
                && entry.state == State.HELD
                && entry.owner.equals(request.owner())
                && isDowngrade(entry.locks, request.locks());
        if (!entry.owner.equals(request.owner()) || !(entry.locks.equals(request.locks()) || downgrade)) {
            return other(new Refused(Reason.ID_REUSED));
        }
        if (token != null && !(entry.state == State.HELD && token.equals(entry.token))) {
            return other(new Refused(Reason.STALE_TOKEN));
        }
        if (!request.asker().isAdmin()) {
            entry.caller = request.asker().caller();
        }
        entry.metadata = request.metadata();
        if (entry.state == State.WAITING) {
            keepPlace(entry, wait, instance);
            return new Answer.Waiting(position(entry));
        }
        boolean justGranted = entry.state == State.CLAIMED;
        if (!entry.locks.equals(request.locks())) {
            entry.locks = request.locks();
            happened(LeaseEvent.Kind.DOWNGRADED, entry);
        }
        if (justGranted) {
            happened(LeaseEvent.Kind.GRANTED, entry);
        }
        hold(entry, request.ttl());
        handOff();
        return new Answer.Held(justGranted);
    }

    private void hold(Entry entry, Ttl ttl) {
        if (entry.state != State.HELD) {
            entry.state = State.HELD;
            entry.since = now;
            entry.open.clear();
        }
        entry.deadline = Math.min(now + ttl.toMillis(), entry.revoked);
        Duration most = limits.maxHold();
        if (most != null) {
            entry.deadline = Math.min(entry.deadline, entry.since + most.toMillis());
        }
    }

    private Answer acquire(Entry entry, LeaseRequest request, @Nullable Duration wait, String instance) {
        for (LockSpec lock : request.locks()) {
            for (Entry other : all()) {
                LockMode mode = other.modeAt(lock.name());
                if (mode != null && mode instanceof LockMode.Permits != lock.mode() instanceof LockMode.Permits) {
                    return other(new Mismatch(lock.name(), false));
                }
                if (mode instanceof LockMode.Permits theirs
                        && lock.mode() instanceof LockMode.Permits ours
                        && theirs.of() != ours.of()) {
                    return other(new Mismatch(lock.name(), true));
                }
            }
        }
        entry.ticket = ++tickets;
        entry.since = now;
        entry.metadata = request.metadata();
        if (isGrantable(entry)) {
            hold(entry, request.ttl());
            entries.put(entry.id, entry);
            happened(LeaseEvent.Kind.GRANTED, entry);
            return new Answer.Held(true);
        }
        if (wait == null) {
            Set<LeaseId> holders = new HashSet<>();
            all().stream()
                    .filter(other -> other.state == State.HELD)
                    .filter(other -> request.locks().stream().anyMatch(lock -> other.modeAt(lock.name()) != null))
                    .forEach(other -> holders.add(other.id));
            return new Answer.BusyWith(holders);
        }
        if (request.locks().stream().anyMatch(lock -> queue(lock.name()).size() >= limits.maxWaiters())) {
            return other(new Full(Limit.WAITERS, limits.maxWaiters()));
        }
        if (all().stream().filter(other -> other.state == State.WAITING).count() >= limits.maxQueued()) {
            return other(new Full(Limit.QUEUED, limits.maxQueued()));
        }
        if (closesCycle(entry)) {
            return new Answer.Deadlock();
        }
        entries.put(entry.id, entry);
        happened(LeaseEvent.Kind.QUEUED, entry);
        keepPlace(entry, wait, instance);
        return new Answer.Waiting(position(entry));
    }

    /** All is lost. */
    void wipe() {
        entries.clear();
        tombstones.clear();
        granted.clear();
    }

    Answer release(LeaseId id, @Nullable FencingToken token, Asker asker) {
        reap();
        Entry entry = entries.get(id);
        if (entry != null) {
            if (!entry.isOf(asker)) {
                return other(new Refused(Reason.OF_ANOTHER));
            }
            if (token != null && !(entry.state == State.HELD && token.equals(entry.token))) {
                return other(new Refused(Reason.STALE_TOKEN));
            }
            end(entry, Ending.RELEASED);
            handOff();
            return other(new Ended(Ending.RELEASED, null, true));
        }
        Tombstone over = tombstone(id);
        if (over != null) {
            return other(ended(over));
        }
        if (token != null) {
            return other(new Refused(Reason.UNKNOWN));
        }
        tombstones.put(id, new Tombstone(Ending.RELEASED, null, List.of(), null, now));
        return other(new Ended(Ending.RELEASED, null));
    }

    Answer find(LeaseId id) {
        reap();
        Entry entry = entries.get(id);
        if (entry == null) {
            Tombstone over = tombstone(id);
            return other(over == null ? new Refused(Reason.UNKNOWN) : ended(over));
        }
        return entry.state == State.HELD ? new Answer.Held(false) : new Answer.Waiting(position(entry));
    }

    void abandon(LeaseId id, String instance) {
        reap();
        Entry entry = entries.get(id);
        if (entry != null && entry.state == State.WAITING && isOpen(entry, instance)) {
            entry.open.remove(instance);
            setDeadline(entry);
        }
    }

    /** The leases that are revoked. */
    Set<LeaseId> revoke(LockName lock, Duration grace) {
        reap();
        Set<LeaseId> revoked = new HashSet<>();
        for (Entry entry : holders(lock)) {
            entry.revoked = Math.min(entry.revoked, now + grace.toMillis());
            entry.deadline = Math.min(entry.deadline, entry.revoked);
            revoked.add(entry.id);
        }
        reap();
        return revoked;
    }

    /** Ends what is due and hands off. */
    void reap() {
        List<Entry> due = all().stream().filter(entry -> entry.deadline <= now).toList();
        due.forEach(entry -> end(entry, entry.revoked <= entry.deadline ? Ending.REVOKED : Ending.EXPIRED));
        handOff();
    }

    /** Those who hold the lock, and then those to whom it is offered and who wait, in order. */
    List<Entry> holders(LockName lock) {
        return all().stream()
                .filter(entry -> entry.state == State.HELD && entry.modeAt(lock) != null)
                .toList();
    }

    List<Entry> offered(LockName lock) {
        return all().stream()
                .filter(entry -> entry.state == State.CLAIMED && entry.modeAt(lock) != null)
                .toList();
    }

    List<Entry> queue(LockName lock) {
        return all().stream()
                .filter(entry -> entry.state == State.WAITING && entry.modeAt(lock) != null)
                .sorted(Comparator.comparingLong(entry -> entry.ticket))
                .toList();
    }

    private void end(Entry entry, Ending how) {
        happened(
                switch (how) {
                    case RELEASED -> entry.state == State.HELD ? LeaseEvent.Kind.RELEASED : LeaseEvent.Kind.LEFT;
                    case EXPIRED -> entry.state == State.HELD ? LeaseEvent.Kind.EXPIRED : LeaseEvent.Kind.LAPSED;
                    case REVOKED -> LeaseEvent.Kind.REVOKED;
                },
                entry);
        entries.remove(entry.id);
        tombstones.put(entry.id, new Tombstone(how, entry.token, entry.locks, entry.owner, now));
    }

    private void handOff() {
        Optional<Entry> next;
        do {
            next = all().stream()
                    .filter(entry -> entry.state == State.WAITING && isGrantable(entry))
                    .findFirst();
            next.ifPresent(entry -> {
                entry.state = State.CLAIMED;
                entry.deadline = now + LeaseRules.CLAIM_GRACE.toMillis();
            });
        } while (next.isPresent());
    }

    /** Compatible with the holders and with everyone ahead, in every queue. */
    private boolean isGrantable(Entry entry) {
        return entry.locks.stream().allMatch(lock -> {
            List<LockMode> before = Stream.concat(
                            all().stream().filter(Entry::holds),
                            queue(lock.name()).stream().filter(other -> other.ticket < entry.ticket))
                    .map(other -> other.modeAt(lock.name()))
                    .flatMap(Stream::ofNullable)
                    .toList();
            return switch (lock.mode()) {
                case LockMode.Whole whole ->
                    whole == LockMode.Whole.EXCLUSIVE
                            ? before.isEmpty()
                            : before.stream().allMatch(LockMode.SHARED::equals);
                case LockMode.Permits some -> units(before) + some.permits() <= some.of();
            };
        });
    }

    private static int units(List<LockMode> modes) {
        return modes.stream()
                .mapToInt(mode -> mode instanceof LockMode.Permits some ? some.permits() : 0)
                .sum();
    }

    /** Whether the one who asks would wait for itself. */
    private boolean closesCycle(Entry asking) {
        Set<Owner> reached = new HashSet<>();
        List<Entry> toFollow = new ArrayList<>(List.of(asking));
        while (!toFollow.isEmpty()) {
            Entry waiting = toFollow.removeFirst();
            for (Entry blocker : blockers(waiting)) {
                if (blocker.owner.equals(waiting.owner)) {
                    continue;
                }
                if (blocker.owner.equals(asking.owner)) {
                    return true;
                }
                if (reached.add(blocker.owner)) {
                    all().stream()
                            .filter(other -> other.state == State.WAITING && other.owner.equals(blocker.owner))
                            .forEach(toFollow::add);
                }
            }
        }
        return false;
    }

    private List<Entry> blockers(Entry waiting) {
        List<Entry> blockers = new ArrayList<>();
        for (LockSpec lock : waiting.locks) {
            List<Entry> holders = all().stream()
                    .filter(other -> other.holds() && other.modeAt(lock.name()) != null)
                    .toList();
            List<Entry> ahead = queue(lock.name()).stream()
                    .filter(other -> other.ticket < waiting.ticket)
                    .toList();
            if (lock.mode() instanceof LockMode.Permits some) {
                int held = units(modes(holders, lock));
                if (held + some.permits() > some.of()) {
                    blockers.addAll(holders);
                }
                if (held + units(modes(ahead, lock)) + some.permits() > some.of()) {
                    blockers.addAll(ahead);
                }
            } else {
                Stream.concat(holders.stream(), ahead.stream())
                        .filter(other -> lock.mode().equals(LockMode.EXCLUSIVE)
                                || LockMode.EXCLUSIVE.equals(other.modeAt(lock.name())))
                        .forEach(blockers::add);
            }
        }
        return blockers;
    }

    private static List<LockMode> modes(List<Entry> entries, LockSpec lock) {
        return entries.stream()
                .map(entry -> entry.modeAt(lock.name()))
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private static boolean isDowngrade(List<LockSpec> from, List<LockSpec> to) {
        if (from.size() != to.size()) {
            return false;
        }
        for (int i = 0; i < from.size(); i++) {
            boolean shared = from.get(i).mode().equals(LockMode.EXCLUSIVE)
                    && to.get(i).mode().equals(LockMode.SHARED);
            if (!from.get(i).name().equals(to.get(i).name())
                    || !(shared || from.get(i).mode().equals(to.get(i).mode()))) {
                return false;
            }
        }
        return true;
    }

    private void keepPlace(Entry entry, @Nullable Duration wait, String instance) {
        entry.open.values().removeIf(until -> until < now);
        if (wait != null && !wait.isZero()) {
            entry.open.merge(instance, now + wait.toMillis(), Math::max);
        }
        setDeadline(entry);
    }

    private boolean isOpen(Entry entry, String instance) {
        return entry.open.getOrDefault(instance, -1L) >= now;
    }

    private void setDeadline(Entry entry) {
        entry.open.values().removeIf(until -> until < now);
        long last =
                entry.open.values().stream().mapToLong(Long::longValue).max().orElse(now);
        entry.deadline = last + LeaseRules.PLACE_GRACE.toMillis();
    }

    private long position(Entry entry) {
        if (entry.state == State.CLAIMED) {
            return 1;
        }
        return 1
                + entry.locks.stream()
                        .mapToLong(lock -> queue(lock.name()).indexOf(entry))
                        .max()
                        .orElseThrow();
    }

    private @Nullable Tombstone tombstone(LeaseId id) {
        Tombstone tombstone = tombstones.get(id);
        return tombstone != null && now - tombstone.at() <= LeaseRules.ENDED_WINDOW.toMillis() ? tombstone : null;
    }

    private Ended ended(Tombstone tombstone) {
        FencingToken token = tombstone.token();
        return new Ended(
                tombstone.how(),
                token == null
                        ? null
                        : tombstone.locks().stream()
                                .anyMatch(lock -> granted.getOrDefault(lock.name(), 0L) > token.value()));
    }

    private static Answer other(Outcome outcome) {
        return new Answer.Other(outcome);
    }

    private List<Entry> all() {
        return List.copyOf(entries.values());
    }

    /** The outcome in the form of an answer. */
    static Answer told(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Held held -> new Answer.Held(held.justGranted());
            case Outcome.Waiting waiting -> new Answer.Waiting(waiting.position());
            case Outcome.Deadlock deadlock -> new Answer.Deadlock();
            case Busy busy -> {
                Set<LeaseId> holders = new HashSet<>();
                busy.holders().forEach(holder -> holders.add(holder.id()));
                yield new Answer.BusyWith(holders);
            }
            default -> other(outcome);
        };
    }
}
