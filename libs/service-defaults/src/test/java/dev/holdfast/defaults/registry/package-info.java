@NullMarked
package dev.holdfast.defaults.registry;

import org.jspecify.annotations.NullMarked;
