package dev.holdfast.security;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;

/** A parameter of a controller's method that takes the caller. */
final class CallerArgument {
    private CallerArgument() {}

    static boolean is(MethodParameter parameter) {
        return parameter.getParameterType() == Caller.class;
    }

    static Object of(@Nullable Object attribute) {
        return Objects.requireNonNull(attribute, "an open path has no caller");
    }
}
