/** Preferences of a request. */
@NullMarked
package dev.holdfast.defaults.prefer;

import org.jspecify.annotations.NullMarked;
