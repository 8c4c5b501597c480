/** The registry: where instances say that they are there. */
@NullMarked
package dev.holdfast.registry;

import org.jspecify.annotations.NullMarked;
