package dev.holdfast.launcher.suite;

import java.io.Serial;

/** The suite, or a part of it, could not be started; the message is written for the person at the terminal. */
public final class StartFailure extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    StartFailure(String message) {
        super(message);
    }

    StartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
