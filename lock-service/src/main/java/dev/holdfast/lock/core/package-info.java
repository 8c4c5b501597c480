/**
 * Leases on locks: what they are, what a store of them must do, and how requests wait for them.
 *
 * <p>Imports the JDK and JSpecify only. Stores and the web depend on it, never the other way round.
 */
@NullMarked
package dev.holdfast.lock.core;

import org.jspecify.annotations.NullMarked;
