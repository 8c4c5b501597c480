package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.core.Countdown;
import dev.holdfast.lock.core.FencingToken;
import dev.holdfast.lock.core.Lease;
import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.LockMode;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.LockSpec;
import dev.holdfast.lock.core.LockState;
import dev.holdfast.lock.core.Outcome;
import dev.holdfast.lock.core.Owner;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a script answered, in the form that {@code engine.lua} and the verbs name under RETURNS.
 *
 * @param askedNanos {@link System#nanoTime()} before it was sent
 * @param maxHold how long a lease may be held, if there is a limit
 */
record Reply(
        List<Object> values,
        Header header,
        long askedNanos,
        @Nullable Duration maxHold) {
    private static final int HEADER = 2;
    private static final long NEVER = 9007199254740991L;
    private static final int LEASE_LINES = 15;

    Reply(List<Object> values, long askedNanos, @Nullable Duration maxHold) {
        this(values, Header.parse(text(values.get(1))), askedNanos, maxHold);
    }

    /**
     * What every script tells beside its answer: {@code 1700000000000[2,born,last,due,...]id id}.
     *
     * @param born when the store first used the namespace; 0 if it knows nothing of it
     * @param last the highest number that the namespace has given
     */
    record Header(long now, long born, long last, long due, List<LeaseId> offered) {

        static Header parse(String text) {
            int from = text.indexOf('[');
            if (from < 0) {
                return new Header(Long.parseLong(text), 0, 0, NEVER, List.of());
            }
            int to = text.indexOf(']', from);
            String[] meta = text.substring(from + 1, to).split(",", -1);
            String offered = text.substring(to + 1);
            return new Header(
                    Long.parseLong(text.substring(0, from)),
                    Long.parseLong(meta[1]),
                    Long.parseLong(meta[2]),
                    Long.parseLong(meta[3]),
                    offered.isEmpty()
                            ? List.of()
                            : Arrays.stream(offered.split(" ", -1))
                                    .map(LeaseId::parse)
                                    .toList());
        }
    }

    String outcome() {
        return text(values.get(0));
    }

    Optional<Countdown> nextDeadline() {
        return header.due() == NEVER ? Optional.empty() : Optional.of(countdown(header.due()));
    }

    /** Value of the verb, from 0. */
    Object value(int index) {
        return values.get(HEADER + index);
    }

    /** A lease is its id, and then the lines that {@code open.lua} names under LEASE. */
    Lease lease(Object lines) {
        String[] l = text(lines).split("\n", LEASE_LINES);
        return new Lease(
                LeaseId.parse(l[0]),
                locks(l[2]),
                new Owner(l[3]),
                l[4],
                l[14],
                l[5].isEmpty() ? null : new FencingToken(Long.parseLong(l[5])),
                Duration.ofMillis(header.now() - Long.parseLong(l[6])),
                Long.parseLong(l[13]),
                countdown(Long.parseLong(l[12])),
                l[8].isEmpty() ? null : countdown(Long.parseLong(l[8])),
                maxHold == null ? null : countdown(Long.parseLong(l[6]) + maxHold.toMillis()));
    }

    List<Lease> leases(Object list) {
        return list(list).stream().map(this::lease).toList();
    }

    LockState lock(Object fields) {
        List<Object> f = list(fields);
        return new LockState(
                new LockName(text(f.get(0))),
                use(text(f.get(3)), (Long) f.get(4), (Long) f.get(5)),
                Long.parseLong(text(f.get(1))),
                leases(f.get(6)),
                (Long) f.get(2),
                leases(f.get(7)),
                average((Long) f.get(8)));
    }

    private static @Nullable Duration average(long millis) {
        return millis < 0 ? null : Duration.ofMillis(millis);
    }

    /** Owners and the locks they wait for, in turn. */
    List<Outcome.Deadlock.Step> cycle(Object list) {
        List<String> words = list(list).stream().map(Reply::text).toList();
        return IntStream.range(0, words.size() / 2)
                .mapToObj(
                        i -> new Outcome.Deadlock.Step(new Owner(words.get(2 * i)), new LockName(words.get(2 * i + 1))))
                .toList();
    }

    /** '1', '0' or nothing. */
    static @Nullable Boolean flag(Object value) {
        String text = text(value);
        return text.isEmpty() ? null : text.equals("1");
    }

    static String text(Object value) {
        return new String((byte[]) value, UTF_8);
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object value) {
        return (List<Object>) value;
    }

    /** The form in which the scripts keep locks: {@code x/a s/b p2:10/c}. */
    static String encode(List<LockSpec> locks) {
        return String.join(
                " ",
                locks.stream()
                        .map(lock -> symbol(lock.mode()) + "/" + lock.name())
                        .toList());
    }

    private static String symbol(LockMode mode) {
        return switch (mode) {
            case LockMode.Whole whole -> whole == LockMode.Whole.EXCLUSIVE ? "x" : "s";
            case LockMode.Permits some -> "p" + some.permits() + ":" + some.of();
        };
    }

    /** What {@link #encode} wrote. */
    static List<LockSpec> locks(String encoded) {
        return Arrays.stream(encoded.split(" ")).map(Reply::spec).toList();
    }

    private static LockSpec spec(String encoded) {
        int slash = encoded.indexOf('/');
        return new LockSpec(new LockName(encoded.substring(slash + 1)), mode(encoded.substring(0, slash)));
    }

    private static LockMode mode(String symbol) {
        return switch (symbol.charAt(0)) {
            case 'x' -> LockMode.EXCLUSIVE;
            case 's' -> LockMode.SHARED;
            default -> {
                int colon = symbol.indexOf(':');
                yield new LockMode.Permits(
                        Integer.parseInt(symbol.substring(1, colon)), Integer.parseInt(symbol.substring(colon + 1)));
            }
        };
    }

    private static LockState.Use use(String mode, long taken, long of) {
        return switch (mode) {
            case "x" -> new LockState.Whole(LockMode.Whole.EXCLUSIVE);
            case "s" -> new LockState.Whole(LockMode.Whole.SHARED);
            default -> new LockState.Permits((int) taken, (int) of);
        };
    }

    private Countdown countdown(long deadlineMillis) {
        return Countdown.of(askedNanos, Duration.ofMillis(deadlineMillis - header.now()));
    }
}
