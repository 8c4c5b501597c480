/** Issues tokens on a developer's machine. */
@NullMarked
package dev.holdfast.issuer;

import org.jspecify.annotations.NullMarked;
