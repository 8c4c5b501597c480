/** The commands behind {@code ./demo}. */
@NullMarked
package dev.holdfast.launcher;

import org.jspecify.annotations.NullMarked;
