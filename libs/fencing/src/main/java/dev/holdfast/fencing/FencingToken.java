package dev.holdfast.fencing;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * A fencing token: greater than that of every earlier holder of the lock.
 *
 * <p>A controller's method takes one as an argument, and answers 400 to who sends none; or an {@code
 * Optional<FencingToken>}, if it may be missing.
 *
 * @param value from 1 to 2^53 - 1. The lock service grants none above: a resource that took one would refuse all that
 *     follow
 */
public record FencingToken(long value) {
    /** The request header that carries a token. */
    public static final String HEADER = "Fencing-Token";

    /** The name of the request's attribute that holds its token, if it has one; also of the entry in a reactive context. */
    public static final String ATTRIBUTE = FencingToken.class.getName();

    private static final long MOST = (1L << 53) - 1;
    private static final Pattern FORM = Pattern.compile("[1-9]\\d{0,15}");

    public FencingToken {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException("not a fencing token: " + value);
        }
    }

    /** The token of the servlet request that the calling thread handles. */
    public static Optional<FencingToken> ofCurrentRequest() {
        return Optional.ofNullable(RequestContextHolder.getRequestAttributes())
                .map(request -> (FencingToken) request.getAttribute(ATTRIBUTE, RequestAttributes.SCOPE_REQUEST));
    }

    /**
     * Reads the lines of the header.
     *
     * @return empty if there is none
     * @throws FencingTokenException if they are anything else than one token
     */
    static Optional<FencingToken> parse(List<String> lines) {
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String line = lines.get(0);
        if (lines.size() > 1 || !FORM.matcher(line).matches() || Long.parseLong(line) > MOST) {
            throw new FencingTokenException("The header Fencing-Token must be one number from 1 to 2^53 - 1.");
        }
        return Optional.of(new FencingToken(Long.parseLong(line)));
    }
}
