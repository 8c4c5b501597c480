/** The lock service: leases on locks over HTTP. */
@NullMarked
package dev.holdfast.lock;

import org.jspecify.annotations.NullMarked;
