@NullMarked
package dev.holdfast.fencing;

import org.jspecify.annotations.NullMarked;
