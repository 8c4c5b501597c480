@NullMarked
package dev.holdfast.security;

import org.jspecify.annotations.NullMarked;
