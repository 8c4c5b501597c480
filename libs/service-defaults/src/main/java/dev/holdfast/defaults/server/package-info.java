/** What every HTTP server here does about slow clients. */
@NullMarked
package dev.holdfast.defaults.server;

import org.jspecify.annotations.NullMarked;
