/** The API's description: written beside the tests of each service, checked in as one document. */
@NullMarked
package dev.holdfast.testing.openapi;

import org.jspecify.annotations.NullMarked;
