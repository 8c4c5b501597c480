/** For whom it is worked. */
@NullMarked
package dev.holdfast.order.user;

import org.jspecify.annotations.NullMarked;
