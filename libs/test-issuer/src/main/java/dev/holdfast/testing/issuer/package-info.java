/** An issuer for tests. */
@NullMarked
package dev.holdfast.testing.issuer;

import org.jspecify.annotations.NullMarked;
