/** How a request's JSON is read. */
@NullMarked
package dev.holdfast.defaults.json;

import org.jspecify.annotations.NullMarked;
