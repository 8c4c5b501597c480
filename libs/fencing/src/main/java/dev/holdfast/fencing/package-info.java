/**
 * The resource's side of a lock: reads the fencing token that a writer sends, and refuses one that is lower than the
 * highest seen.
 */
@NullMarked
package dev.holdfast.fencing;

import org.jspecify.annotations.NullMarked;
