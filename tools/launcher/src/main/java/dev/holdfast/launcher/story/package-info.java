/** What the demo shows: real traffic through the gateway, and a verdict on each promise. */
@NullMarked
package dev.holdfast.launcher.story;

import org.jspecify.annotations.NullMarked;
