/** How what a request says is read. */
@NullMarked
package dev.holdfast.defaults.request;

import org.jspecify.annotations.NullMarked;
