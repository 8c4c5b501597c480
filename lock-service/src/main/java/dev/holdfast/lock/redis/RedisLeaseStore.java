package dev.holdfast.lock.redis;

import dev.holdfast.lock.core.Asker;
import dev.holdfast.lock.core.Countdown;
import dev.holdfast.lock.core.EventId;
import dev.holdfast.lock.core.FencingToken;
import dev.holdfast.lock.core.Lease;
import dev.holdfast.lock.core.LeaseEvent;
import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.LeaseRequest;
import dev.holdfast.lock.core.LeaseRules;
import dev.holdfast.lock.core.LeaseStore;
import dev.holdfast.lock.core.Limits;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.LockPage;
import dev.holdfast.lock.core.LockState;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.lock.core.Outcome;
import dev.holdfast.lock.core.Outcome.Reason;
import dev.holdfast.lock.core.StoreUnavailableException;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.contributor.Health;

/**
 * Leases in Redis.
 *
 * <p>The scripts hold all state and rules; this gives them their arguments, reads their answers, and passes on what
 * they tell beside: the next deadline, offers to this instance, and that Redis has lost its data.
 */
final class RedisLeaseStore implements LeaseStore, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLeaseStore.class);
    private static final byte[] NAMESPACES = RedisLink.bytes("hf:namespaces");
    private static final String PAGE_SIZE = "100";
    /** In milliseconds, and exact as a number of Lua. */
    private static final long FOR_EVER = (1L << 53) - 1;

    private final RedisLink link;
    private final Scripts scripts;
    private final LeaseRules rules;
    private final String instance = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    /** The highest number seen in any namespace: a token may be higher than it need be, never lower. */
    private final AtomicLong seen = new AtomicLong();
    /** When the store first used each namespace that is in use here. */
    private final Map<Namespace, Long> born = new ConcurrentHashMap<>();
    /** Namespaces that this instance has listed for others to find. */
    private final Set<Namespace> listed = ConcurrentHashMap.newKeySet();

    /** Namespaces whose data no script here understands, and why. */
    private final Map<Namespace, String> refused = new ConcurrentHashMap<>();

    /** The write that Redis refused last, until one of its kind succeeds: reads do all the time. */
    private volatile @Nullable RefusedWrite refusedWrite;

    private volatile Signals signals = new Deaf();

    RedisLeaseStore(RedisLink link, Scripts scripts, LeaseRules rules) {
        this.link = link;
        this.scripts = scripts;
        this.rules = rules;
    }

    @Override
    public void signalTo(Signals listener) {
        signals = listener;
        link.open("hf:instance:" + instance, this::announced);
    }

    /** A message names a namespace and then leases in it, a line each. */
    private void announced(String message) {
        String[] lines = message.split("\n");
        Namespace namespace = new Namespace(lines[0]);
        Arrays.stream(lines).skip(1).map(LeaseId::parse).forEach(id -> signals.changed(namespace, id));
    }

    @Override
    public CompletionStage<Outcome> ensure(LeaseRequest request, Patience patience) {
        return switch (patience) {
            case Patience.Refuse refuse -> ensure(request, "refuse", "");
            case Patience.Queue queue ->
                ensure(request, Long.toString(queue.patience().toMillis()), "");
        };
    }

    @Override
    public CompletionStage<Outcome> renew(LeaseRequest request, FencingToken token) {
        return ensure(request, "renew", token.toString());
    }

    private CompletionStage<Outcome> ensure(LeaseRequest request, String intent, String ifToken) {
        Limits limits = rules.of(request.namespace());
        return run(
                scripts.ensure(),
                request.namespace(),
                reply -> outcome(reply, limits),
                request.id().toString(),
                intent,
                Reply.encode(request.locks()) + '\n' + request.owner(),
                request.asker().caller(),
                Long.toString(request.ttl().toMillis()),
                request.metadata(),
                ifToken,
                minted(request.id()),
                Long.toString(
                        limits.maxHold() == null ? FOR_EVER : limits.maxHold().toMillis()),
                Integer.toString(limits.maxLeases()),
                Integer.toString(limits.maxQueued()),
                Integer.toString(limits.maxWaiters()),
                Integer.toString(limits.maxEnded()),
                admin(request.asker()));
    }

    private static String admin(Asker asker) {
        return asker.isAdmin() ? "1" : "";
    }

    @Override
    public CompletionStage<Outcome> release(
            Namespace namespace, LeaseId id, Optional<FencingToken> token, Asker asker) {
        Limits limits = rules.of(namespace);
        return run(
                scripts.release(),
                namespace,
                reply -> outcome(reply, limits),
                id.toString(),
                token.map(FencingToken::toString).orElse(""),
                minted(id),
                Integer.toString(limits.maxEnded()),
                asker.caller(),
                admin(asker));
    }

    @Override
    public CompletionStage<Outcome> find(Namespace namespace, LeaseId id) {
        return run(scripts.find(), namespace, reply -> outcome(reply, rules.of(namespace)), id.toString());
    }

    @Override
    public CompletionStage<Void> abandon(Namespace namespace, LeaseId id) {
        return run(scripts.abandon(), namespace, Reply::outcome, id.toString()).thenAccept(done -> {});
    }

    @Override
    public CompletionStage<Optional<LockState>> lock(Namespace namespace, LockName name) {
        return run(
                scripts.inspect(),
                namespace,
                reply -> Reply.list(reply.value(0)).stream().map(reply::lock).findFirst(),
                "one",
                name.value(),
                "",
                PAGE_SIZE);
    }

    @Override
    public CompletionStage<List<Lease>> revoke(Namespace namespace, LockName name, Duration grace) {
        return run(
                scripts.breakLock(),
                namespace,
                reply -> reply.leases(reply.value(0)),
                name.value(),
                Long.toString(grace.toMillis()));
    }

    @Override
    public CompletionStage<LockPage> locks(Namespace namespace, String prefix, String cursor) {
        return run(scripts.inspect(), namespace, RedisLeaseStore::page, "page", prefix, cursor, PAGE_SIZE);
    }

    private static LockPage page(Reply reply) {
        String next = Reply.text(reply.value(1));
        List<LockState> locks =
                Reply.list(reply.value(0)).stream().map(reply::lock).toList();
        return new LockPage(locks, next.isEmpty() ? null : next);
    }

    @Override
    public CompletionStage<EventId> lastEvent(Namespace namespace) {
        return command(redis -> redis.xrevrange(EventEntry.key(namespace), Range.unbounded(), Limit.from(1)))
                .thenApply(last -> last.isEmpty() ? EventId.NONE : EventEntry.id(last.getFirst()));
    }

    @Override
    public CompletionStage<Optional<List<LeaseEvent>>> eventsAfter(Namespace namespace, EventId id, int atMost) {
        Range<String> fromIt = Range.from(Boundary.including(id.toString()), Boundary.unbounded());
        return command(redis -> redis.xrange(EventEntry.key(namespace), fromIt, Limit.from(atMost + 1L)))
                .thenApply(entries -> read(namespace, id, atMost, entries));
    }

    /** One that cannot be read is as good as lost: who follows is shown what is in use, and goes on behind it. */
    private static Optional<List<LeaseEvent>> read(
            Namespace namespace, EventId id, int atMost, List<StreamMessage<byte[], byte[]>> entries) {
        try {
            return EventEntry.after(id, atMost, entries);
        } catch (RuntimeException e) {
            log.error("an event of namespace {} after {} cannot be read", namespace, id, e);
            return Optional.empty();
        }
    }

    @Override
    public CompletionStage<Boolean> sweep(Namespace namespace) {
        return run(scripts.sweep(), namespace, reply -> {
            boolean inUse = reply.outcome().equals("IN_USE");
            if (inUse) {
                list(namespace);
            }
            return inUse;
        });
    }

    @Override
    public CompletionStage<Set<Namespace>> namespaces() {
        return command(redis -> redis.smembers(NAMESPACES))
                .thenApply(members ->
                        members.stream().map(Reply::text).map(Namespace::new).collect(Collectors.toSet()));
    }

    /** An instance that uses the namespace still lists it again at its next sweep. */
    @Override
    public CompletionStage<Void> forget(Namespace namespace) {
        born.remove(namespace);
        listed.remove(namespace);
        return command(redis -> redis.srem(NAMESPACES, RedisLink.bytes(namespace.value())))
                .thenAccept(removed -> {});
    }

    private void list(Namespace namespace) {
        listed.add(namespace);
        command(redis -> redis.sadd(NAMESPACES, RedisLink.bytes(namespace.value())));
    }

    private <T> CompletionStage<T> command(
            Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> command) {
        RedisClusterAsyncCommands<byte[], byte[]> redis = link.commands();
        if (redis == null) {
            return CompletableFuture.failedFuture(link.unavailable());
        }
        return command.apply(redis)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(unavailable(failure)));
    }

    private <T> CompletionStage<T> run(
            Script script, Namespace namespace, Function<Reply, T> read, String... arguments) {
        String[] all = Stream.concat(Stream.of(instance, Long.toString(seen.get())), Arrays.stream(arguments))
                .toArray(String[]::new);
        long asked = System.nanoTime();
        return link.run(script, "hf:{" + namespace + "}:meta", all).handle((values, failure) -> {
            if (failure != null) {
                remember(script, failure);
                throw unavailable(namespace, failure);
            }
            forget(script);
            if (!refused.isEmpty() && refused.remove(namespace) != null) {
                log.info("the data of namespace {} are understood again", namespace);
            }
            Reply reply = new Reply(values, asked, rules.of(namespace).maxHold());
            T result = read.apply(reply);
            passOn(namespace, reply);
            return result;
        });
    }

    private void remember(Script script, Throwable failure) {
        Flaw flaw = Flaw.of(RedisLink.unwrap(failure));
        if (flaw != null && flaw.isOfWrites()) {
            refusedWrite = new RefusedWrite(script, flaw);
        }
    }

    private void forget(Script script) {
        RefusedWrite last = refusedWrite;
        if (last != null && last.script.equals(script)) {
            refusedWrite = null;
        }
    }

    private void passOn(Namespace namespace, Reply reply) {
        Reply.Header header = reply.header();
        seen.accumulateAndGet(header.last(), Math::max);
        Long before = header.born() == 0 ? born.remove(namespace) : born.put(namespace, header.born());
        if (before != null && before != header.born()) {
            signals.lost(namespace);
        }
        reply.nextDeadline().ifPresent(deadline -> {
            if (!listed.contains(namespace)) {
                list(namespace);
            }
            signals.due(namespace, deadline);
        });
        header.offered().forEach(id -> signals.changed(namespace, id));
    }

    private static Outcome outcome(Reply reply, Limits limits) {
        return switch (reply.outcome()) {
            case "GRANTED" -> held(reply, true);
            case "HELD" -> held(reply, false);
            case "WAITING" -> new Outcome.Waiting(reply.lease(reply.value(0)), (Long) reply.value(1));
            case "BUSY" -> new Outcome.Busy(reply.leases(reply.value(0)));
            case "DEADLOCK" -> new Outcome.Deadlock(reply.cycle(reply.value(0)));
            case "MISMATCH" ->
                new Outcome.Mismatch(
                        new LockName(Reply.text(reply.value(0))),
                        Reply.text(reply.value(1)).equals("CAPACITY"));
            case "ENDED" ->
                new Outcome.Ended(
                        Outcome.Ending.valueOf(Reply.text(reply.value(0)).toUpperCase(Locale.ROOT)),
                        Reply.flag(reply.value(1)));
            case "RELEASED" -> new Outcome.Ended(Outcome.Ending.RELEASED, null, true);
            case "OF_ANOTHER" -> new Outcome.Refused(Reason.OF_ANOTHER);
            case "REUSED" -> new Outcome.Refused(Reason.ID_REUSED);
            case "ID_STALE" -> new Outcome.Refused(Reason.ID_STALE);
            case "STALE_TOKEN" -> new Outcome.Refused(Reason.STALE_TOKEN);
            case "UNKNOWN" -> new Outcome.Refused(Reason.UNKNOWN);
            case "FULL" -> full(Outcome.Limit.valueOf(Reply.text(reply.value(0))), limits);
            default -> throw new IllegalStateException("no such outcome: " + reply.outcome());
        };
    }

    private static Outcome full(Outcome.Limit limit, Limits limits) {
        return new Outcome.Full(limit, limits.most(limit));
    }

    private static Outcome held(Reply reply, boolean justGranted) {
        Lease lease = reply.lease(reply.value(0));
        return new Outcome.Held(lease, Objects.requireNonNull(lease.token()), justGranted);
    }

    private static String minted(LeaseId id) {
        return id.minted().map(Instant::toEpochMilli).map(String::valueOf).orElse("");
    }

    private StoreUnavailableException unavailable(Namespace namespace, Throwable failure) {
        String reason = Flaw.ofData(RedisLink.unwrap(failure));
        if (reason == null) {
            return unavailable(failure);
        }
        if (refused.put(namespace, reason) == null) {
            log.error("namespace {} is left as it is. {}", namespace, reason);
        }
        return new StoreUnavailableException("The namespace cannot be served. " + reason);
    }

    private static StoreUnavailableException unavailable(Throwable failure) {
        Throwable cause = RedisLink.unwrap(failure);
        if (cause instanceof StoreUnavailableException known) {
            return known;
        }
        Flaw flaw = Flaw.of(cause);
        return flaw == null
                ? new StoreUnavailableException("Redis did not confirm", cause)
                : new StoreUnavailableException(flaw.words());
    }

    /** Whether all namespaces can be served, and what is to be mended if not. */
    Health health() {
        RefusedWrite write = refusedWrite;
        Flaw ofAll = link.flaw();
        Flaw flaw = ofAll == null && write != null ? write.flaw : ofAll;
        Health.Builder health = flaw == null && refused.isEmpty() ? Health.up() : Health.down();
        if (flaw != null) {
            health.withDetail("redis", flaw.words());
        }
        refused.forEach((namespace, reason) -> health.withDetail("namespace " + namespace, reason));
        return health.build();
    }

    @Override
    public void close() {
        link.close();
    }

    /** A call that was made, and why Redis did not write what it was to. */
    private record RefusedWrite(Script script, Flaw flaw) {}

    /** Until someone listens. */
    static final class Deaf implements Signals {
        @Override
        public void changed(Namespace namespace, LeaseId id) {}

        @Override
        public void due(Namespace namespace, Countdown deadline) {}

        @Override
        public void lost(Namespace namespace) {}
    }
}
