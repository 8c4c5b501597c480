@NullMarked
package dev.holdfast.defaults.drain;

import org.jspecify.annotations.NullMarked;
