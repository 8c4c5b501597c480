package dev.holdfast.fencing;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** A request's fencing token is missing or malformed: 400. */
public final class FencingTokenException extends ResponseStatusException {
    private static final long serialVersionUID = 1L;

    FencingTokenException(String detail) {
        super(HttpStatus.BAD_REQUEST, detail);
    }

    static FencingTokenException missing() {
        return new FencingTokenException("The header Fencing-Token is missing.");
    }
}
