/** Faults at random, from a seed, on the running suite; and what must hold after. */
@NullMarked
package dev.holdfast.faults;

import org.jspecify.annotations.NullMarked;
