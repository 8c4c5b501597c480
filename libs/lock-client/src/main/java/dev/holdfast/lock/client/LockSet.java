package dev.holdfast.lock.client;

import dev.holdfast.lock.api.LeaseLockView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The locks that a lease is to have: all of them together, or none.
 *
 * <pre>{@code
 * LockSet.exclusive("from", "to").and(LockSet.shared("rates")).and(LockSet.permits("printer", 2, 10))
 * }</pre>
 *
 * <p>A name is {@code [A-Za-z0-9._:-]{1,200}}, a set has at most 32 of them and none twice: the lock service refuses
 * others.
 */
public final class LockSet {
    private static final String EXCLUSIVE = "exclusive";

    private final List<LeaseLockView> locks;

    private LockSet(List<LeaseLockView> locks) {
        this.locks = List.copyOf(locks);
    }

    /** Locks for this holder alone. */
    public static LockSet exclusive(String... names) {
        return of(EXCLUSIVE, names);
    }

    /** Locks that others may share, and that nobody has exclusively meanwhile. */
    public static LockSet shared(String... names) {
        return of("shared", names);
    }

    /**
     * Some of the permits that a lock has.
     *
     * @param permits how many are wanted
     * @param of how many there are: all who use the lock at a time say the same
     */
    public static LockSet permits(String name, int permits, int of) {
        return new LockSet(List.of(new LeaseLockView(name, "permits", permits, of)));
    }

    private static LockSet of(String mode, String... names) {
        return new LockSet(Stream.of(names)
                .map(name -> new LeaseLockView(name, mode, null, null))
                .toList());
    }

    /** These locks and the others'. */
    public LockSet and(LockSet others) {
        List<LeaseLockView> all = new ArrayList<>(locks);
        all.addAll(others.locks);
        return new LockSet(all);
    }

    /** The locks' names, in the order in which they were given. */
    public List<String> names() {
        return locks.stream().map(LeaseLockView::name).toList();
    }

    /** Whether one of them is exclusive: only then a lease has a fencing token, or those who share would fence each other off. */
    public boolean hasExclusive() {
        return locks.stream().anyMatch(lock -> lock.mode().equals(EXCLUSIVE));
    }

    List<LeaseLockView> locks() {
        return locks;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LockSet set && locks.equals(set.locks);
    }

    @Override
    public int hashCode() {
        return locks.hashCode();
    }

    /** {@code from, rates (shared), printer (2 of 10)}. */
    @Override
    public String toString() {
        return locks.stream().map(LockSet::text).collect(Collectors.joining(", "));
    }

    private static String text(LeaseLockView lock) {
        if (lock.permits() != null) {
            return "%s (%d of %d)".formatted(lock.name(), lock.permits(), lock.of());
        }
        return lock.mode().equals(EXCLUSIVE) ? lock.name() : lock.name() + " (" + lock.mode() + ")";
    }
}
