/** Passive ejection: an instance that refused a connection, broke it off or kept still is left out for a while. */
@NullMarked
package dev.holdfast.ejection;

import org.jspecify.annotations.NullMarked;
