/** Secrets that a service is given by its settings. */
@NullMarked
package dev.holdfast.defaults.secret;

import org.jspecify.annotations.NullMarked;
