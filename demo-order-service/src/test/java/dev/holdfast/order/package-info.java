@NullMarked
package dev.holdfast.order;

import org.jspecify.annotations.NullMarked;
