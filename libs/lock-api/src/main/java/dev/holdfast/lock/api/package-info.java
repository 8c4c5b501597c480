/** The wire form of the lock API: what its JSON bodies hold and the problems it answers with. */
@NullMarked
package dev.holdfast.lock.api;

import org.jspecify.annotations.NullMarked;
