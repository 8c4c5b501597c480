@NullMarked
package dev.holdfast.defaults.problem;

import org.jspecify.annotations.NullMarked;
