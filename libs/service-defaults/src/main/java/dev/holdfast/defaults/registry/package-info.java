/** What the registry is told about an instance. */
@NullMarked
package dev.holdfast.defaults.registry;

import org.jspecify.annotations.NullMarked;
