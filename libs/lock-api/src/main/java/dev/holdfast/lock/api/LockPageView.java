package dev.holdfast.lock.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Locks in use, in the order of their names.
 *
 * @param nextCursor the cursor of the page after, left out at the end
 */
public record LockPageView(List<LockView> locks, @Nullable String nextCursor) {}
