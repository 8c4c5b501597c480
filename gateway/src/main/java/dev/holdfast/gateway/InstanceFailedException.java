package dev.holdfast.gateway;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** A try failed, and another instance may be tried; without a cause, the instance failed others. */
public final class InstanceFailedException extends ResponseStatusException {

    private static final long serialVersionUID = 1L;

    InstanceFailedException(@Nullable Throwable cause) {
        super(HttpStatus.SERVICE_UNAVAILABLE, null, cause);
    }
}
