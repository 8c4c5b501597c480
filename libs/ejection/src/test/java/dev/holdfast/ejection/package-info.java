/** Ejection, tried on real servers. */
@NullMarked
package dev.holdfast.ejection;

import org.jspecify.annotations.NullMarked;
