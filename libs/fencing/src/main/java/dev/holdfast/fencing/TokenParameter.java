package dev.holdfast.fencing;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;

/** A parameter of a controller's method that takes the token. */
final class TokenParameter {

    private TokenParameter() {}

    static boolean is(MethodParameter parameter) {
        return parameter.nestedIfOptional().getNestedParameterType() == FencingToken.class;
    }

    /** @throws FencingTokenException if it is missing and may not be */
    static Object argument(MethodParameter parameter, @Nullable Object token) {
        if (parameter.getParameterType() == Optional.class) {
            return Optional.ofNullable(token);
        }
        if (token == null) {
            throw FencingTokenException.missing();
        }
        return token;
    }
}
