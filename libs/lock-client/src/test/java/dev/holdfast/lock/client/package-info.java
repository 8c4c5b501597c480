@NullMarked
package dev.holdfast.lock.client;

import org.jspecify.annotations.NullMarked;
