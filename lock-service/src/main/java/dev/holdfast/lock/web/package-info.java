/** The lock API over HTTP. */
@NullMarked
package dev.holdfast.lock.web;

import org.jspecify.annotations.NullMarked;
