package dev.holdfast.lock.client;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.spel.support.SimpleEvaluationContext;
import reactor.core.publisher.Mono;

/** What {@link Locked} says of a method. */
record LockedMethod(
        Result result, List<LockTemplate> templates, List<String> parameters, Duration ttl, Duration waitUpTo) {

    /** When a method's work is done. */
    enum Result {
        AT_ITS_RETURN,
        WHEN_THE_STAGE_COMPLETES,
        WHEN_THE_MONO_COMPLETES
    }

    private static final List<Class<?>> LATER =
            List.of(Future.class, CompletionStage.class, Publisher.class, Flow.Publisher.class, BaseStream.class);

    /** @throws IllegalStateException if the locks could not be held until the method's work is done */
    static LockedMethod of(Method method, Locked locked) {
        return new LockedMethod(
                result(method),
                Stream.of(locked.value()).map(LockTemplate::new).toList(),
                Stream.of(method.getParameters()).map(Parameter::getName).toList(),
                DurationStyle.detectAndParse(locked.ttl()),
                DurationStyle.detectAndParse(locked.waitUpTo()));
    }

    private static Result result(Method method) {
        Class<?> type = method.getReturnType();
        if (type == Mono.class) {
            return Result.WHEN_THE_MONO_COMPLETES;
        }
        if (type == CompletionStage.class || type == CompletableFuture.class) {
            return Result.WHEN_THE_STAGE_COMPLETES;
        }
        if (LATER.stream().anyMatch(later -> later.isAssignableFrom(type))) {
            throw new IllegalStateException("@Locked does not know when the work of " + method + " is done: "
                    + "it may return a Mono, a CompletableFuture or a CompletionStage, or what is there at its return");
        }
        return Result.AT_ITS_RETURN;
    }

    /** The locks for a call with these arguments. */
    LockSet locks(@Nullable Object[] arguments) {
        EvaluationContext context =
                SimpleEvaluationContext.forReadOnlyDataBinding().build();
        for (int i = 0; i < arguments.length; i++) {
            context.setVariable("p" + i, arguments[i]);
        }
        // After the numbers: a parameter may be named like another's.
        for (int i = 0; i < arguments.length; i++) {
            context.setVariable(parameters.get(i), arguments[i]);
        }
        return LockSet.exclusive(
                templates.stream().map(template -> template.name(context)).toArray(String[]::new));
    }
}
