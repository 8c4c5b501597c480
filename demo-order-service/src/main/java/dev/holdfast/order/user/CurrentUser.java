package dev.holdfast.order.user;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * For whom the calling thread works. The name goes along with its calls to other services, for their logs; it authorizes
 * nothing.
 */
public final class CurrentUser {

    private static final ScopedValue<String> NAME = ScopedValue.newInstance();

    private CurrentUser() {}

    /** Does work for a user, or for one that is not known. */
    public static <T> T during(@Nullable String name, Supplier<T> work) {
        return name == null ? work.get() : ScopedValue.where(NAME, name).call(work::get);
    }

    /** The user's name, if one is known. */
    public static Optional<String> name() {
        return NAME.isBound() ? Optional.of(NAME.get()) : Optional.empty();
    }
}
