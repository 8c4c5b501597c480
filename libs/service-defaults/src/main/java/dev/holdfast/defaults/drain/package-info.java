/** Leaving without failing a request. */
@NullMarked
package dev.holdfast.defaults.drain;

import org.jspecify.annotations.NullMarked;
