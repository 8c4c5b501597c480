/** Payment, simulated. */
@NullMarked
package dev.holdfast.order.payment;

import org.jspecify.annotations.NullMarked;
