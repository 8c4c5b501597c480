/** The lock service at scale: many waiters, leases and names, with figures and a verdict a case. */
@NullMarked
package dev.holdfast.benchmark;

import org.jspecify.annotations.NullMarked;
