@NullMarked
package dev.holdfast.defaults;

import org.jspecify.annotations.NullMarked;
