/** The packaged services, run by the launcher and tried from outside. */
@NullMarked
package dev.holdfast.tests;

import org.jspecify.annotations.NullMarked;
