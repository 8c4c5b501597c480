/** The inventory service, as the order service calls it. */
@NullMarked
package dev.holdfast.order.inventory;

import org.jspecify.annotations.NullMarked;
