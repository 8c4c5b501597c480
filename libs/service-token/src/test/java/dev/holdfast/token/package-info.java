@NullMarked
package dev.holdfast.token;

import org.jspecify.annotations.NullMarked;
