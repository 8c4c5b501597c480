package dev.holdfast.launcher.suite;

import java.io.IOException;

/** Says who sends a request. */
@FunctionalInterface
public interface Credentials {

    /**
     * The value of a request's {@code Authorization} header, good for a while.
     *
     * @throws IOException if there is none to be had
     */
    String header() throws IOException;
}
