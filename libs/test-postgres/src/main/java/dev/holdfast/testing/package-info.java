/** What the tests of several modules share. */
@NullMarked
package dev.holdfast.testing;

import org.jspecify.annotations.NullMarked;
