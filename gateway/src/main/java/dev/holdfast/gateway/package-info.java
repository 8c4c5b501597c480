/** The suite's only public door. */
@NullMarked
package dev.holdfast.gateway;

import org.jspecify.annotations.NullMarked;
