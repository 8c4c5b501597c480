package dev.holdfast.lock.client;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
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
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import reactor.core.publisher.Mono;

/** What {@link Locked} says of a method. */
record LockedMethod(
        Result result, List<LockTemplate> templates, List<String> parameters, Duration ttl, Duration waitUpTo) {

    /** When a method's work is done. */
    enum Result {
        AT_ITS_RETURN,
        /** A stage's, once it completes; whether it is one may show only then. */
        WHEN_ITS_RESULT_IS_THERE,
        WHEN_THE_MONO_COMPLETES
    }

    private static final List<Class<?>> LATER = List.of(
            Future.class,
            CompletionStage.class,
            Publisher.class,
            Flow.Publisher.class,
            BaseStream.class,
            Callable.class,
            DeferredResult.class,
            WebAsyncTask.class);

    /** Of libraries that may be missing. */
    private static final Set<String> LATER_BY_NAME = Set.of(
            "org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
            "org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody",
            "kotlinx.coroutines.Deferred",
            "kotlinx.coroutines.flow.Flow");

    /** The last parameter of Kotlin's suspending functions. */
    private static final String CONTINUATION = "kotlin.coroutines.Continuation";

    /** @throws IllegalStateException if the locks could not be held until the method's work is done, or not at all */
    static LockedMethod of(Method method, Locked locked) {
        int modifiers = method.getModifiers();
        if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers) || Modifier.isFinal(modifiers)) {
            throw new IllegalStateException("@Locked would take no lock for " + method
                    + ": Spring's proxies do not see calls of private, static and final methods");
        }
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
        boolean stage = type == CompletionStage.class || type == CompletableFuture.class;
        if ((isLater(type) && !stage) || isSuspending(method)) {
            throw new IllegalStateException("@Locked does not know when the work of " + method + " is done: "
                    + "it may return a Mono, a CompletableFuture or a CompletionStage, or what is there at its return");
        }
        return stage || type == Object.class ? Result.WHEN_ITS_RESULT_IS_THERE : Result.AT_ITS_RETURN;
    }

    /** Whether what is returned stands for work that goes on after the return. */
    static boolean isLater(Class<?> type) {
        return LATER.stream().anyMatch(later -> later.isAssignableFrom(type)) || isLaterByName(type);
    }

    private static boolean isLaterByName(@Nullable Class<?> type) {
        return type != null
                && (LATER_BY_NAME.contains(type.getName())
                        || isLaterByName(type.getSuperclass())
                        || Stream.of(type.getInterfaces()).anyMatch(LockedMethod::isLaterByName));
    }

    private static boolean isSuspending(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        return parameters.length > 0
                && parameters[parameters.length - 1].getName().equals(CONTINUATION);
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
