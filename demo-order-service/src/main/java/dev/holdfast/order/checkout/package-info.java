/** Orders, from being placed to being settled. */
@NullMarked
package dev.holdfast.order.checkout;

import org.jspecify.annotations.NullMarked;
