/** Preferences of a request (RFC 7240). */
@NullMarked
package dev.holdfast.defaults.prefer;

import org.jspecify.annotations.NullMarked;
