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
import dev.holdfast.lock.core.Owner;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a script answered, in the form that {@code engine.lua} and the verbs name under RETURNS.
 *
 * @param askedNanos {@link System#nanoTime()} before it was sent
 */
record Reply(List<Object> values, long askedNanos) {
    private static final int HEADER = 3;

    String outcome() {
        return text(values.get(0));
    }

    /** When the store first used the namespace; empty if it knows nothing of it. */
    String born() {
        return text(header().get(1));
    }

    Optional<Countdown> nextDeadline() {
        long due = (Long) header().get(2);
        return due < 0 ? Optional.empty() : Optional.of(countdown(due));
    }

    /** The highest number that the namespace has given. */
    long lastNumber() {
        return (Long) header().get(3);
    }

    List<LeaseId> offered() {
        return list(values.get(2)).stream().map(Reply::text).map(LeaseId::parse).toList();
    }

    /** Value of the verb, from 0. */
    Object value(int index) {
        return values.get(HEADER + index);
    }

    Lease lease(Object fields) {
        List<Object> f = list(fields);
        String token = text(f.get(8));
        return new Lease(
                LeaseId.parse(text(f.get(0))),
                locks(text(f.get(2))),
                new Owner(text(f.get(3))),
                text(f.get(4)),
                text(f.get(6)),
                token.isEmpty() ? null : new FencingToken(Long.parseLong(token)),
                Duration.ofMillis(now() - Long.parseLong(text(f.get(9)))),
                Long.parseLong(text(f.get(10))),
                countdown(Long.parseLong(text(f.get(7)))));
    }

    List<Lease> leases(Object list) {
        return list(list).stream().map(this::lease).toList();
    }

    LockState lock(Object fields) {
        List<Object> f = list(fields);
        return new LockState(
                new LockName(text(f.get(0))),
                Long.parseLong(text(f.get(1))),
                leases(f.get(3)),
                (Long) f.get(2),
                leases(f.get(4)));
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

    /** The form in which the scripts keep locks: {@code x/a x/b}. */
    static String encode(List<LockSpec> locks) {
        return String.join(
                " ",
                locks.stream()
                        .map(lock -> symbol(lock.mode()) + "/" + lock.name())
                        .toList());
    }

    private static String symbol(LockMode mode) {
        return switch (mode) {
            case EXCLUSIVE -> "x";
        };
    }

    private static List<LockSpec> locks(String encoded) {
        return Arrays.stream(encoded.split(" "))
                .map(lock -> new LockSpec(new LockName(lock.substring(lock.indexOf('/') + 1)), LockMode.EXCLUSIVE))
                .toList();
    }

    private long now() {
        return (Long) header().get(0);
    }

    private List<Object> header() {
        return list(values.get(1));
    }

    private Countdown countdown(long deadlineMillis) {
        return Countdown.of(askedNanos, Duration.ofMillis(deadlineMillis - now()));
    }
}
