package dev.holdfast.lock.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some locks in use, in the order of their names.
 *
 * @param next the cursor of the page after, null at the end
 */
public record LockPage(List<LockState> locks, @Nullable String next) {}
