/** Starts, watches and ends the processes of the suite on one machine. */
@NullMarked
package dev.holdfast.launcher.suite;

import org.jspecify.annotations.NullMarked;
