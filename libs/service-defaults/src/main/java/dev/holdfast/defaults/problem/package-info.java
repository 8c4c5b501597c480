/** Errors as problem details (RFC 9457). */
@NullMarked
package dev.holdfast.defaults.problem;

import org.jspecify.annotations.NullMarked;
