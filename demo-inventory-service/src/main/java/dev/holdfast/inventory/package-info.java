/** Stock, and what is reserved of it for orders. */
@NullMarked
package dev.holdfast.inventory;

import org.jspecify.annotations.NullMarked;
