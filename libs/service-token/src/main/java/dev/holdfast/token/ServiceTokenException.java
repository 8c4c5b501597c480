package dev.holdfast.token;

/** There is no valid token: the issuer was asked in vain. */
public final class ServiceTokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ServiceTokenException(String message, Throwable cause) {
        super(message, cause);
    }
}
