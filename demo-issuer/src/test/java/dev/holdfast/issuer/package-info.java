@NullMarked
package dev.holdfast.issuer;

import org.jspecify.annotations.NullMarked;
