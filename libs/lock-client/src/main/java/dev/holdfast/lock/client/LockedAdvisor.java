package dev.holdfast.lock.client;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Runs each method with {@link Locked} under its locks. */
final class LockedAdvisor extends StaticMethodMatcherPointcutAdvisor implements DisposableBean {
    private static final long serialVersionUID = 1L;

    /** Outside transactions, which are innermost unless the program says otherwise, and inside what may refuse a call. */
    private static final int ORDER = Ordered.LOWEST_PRECEDENCE - 1000;

    /** More than the bulkhead admits: a lock that is to be released must never wait for those who wait for it. */
    private static final int THREADS = 1_000;

    /** Not those that all of a program share: they are few, and would all wait for locks. */
    private final transient Scheduler threads =
            Schedulers.newBoundedElastic(THREADS, Integer.MAX_VALUE, "locked", 60, true);

    private final transient ConcurrentHashMap<Method, Optional<LockedMethod>> methods = new ConcurrentHashMap<>();

    /** @param locks asked for at the first call: an advisor is made before most beans are */
    LockedAdvisor(Supplier<Locks> locks) {
        setAdvice((MethodInterceptor) call -> invoke(locks.get(), call));
        setOrder(ORDER);
    }

    /** @throws RuntimeException if the annotation cannot work: the program does not start */
    @Override
    public boolean matches(Method method, Class<?> type) {
        boolean locked = lockedMethod(method, type).isPresent();
        if (locked) {
            // Spring asks for no others once one matches.
            ReflectionUtils.doWithMethods(type, other -> lockedMethod(other, type));
        }
        return locked;
    }

    private Optional<LockedMethod> lockedMethod(Method method, @Nullable Class<?> type) {
        return methods.computeIfAbsent(AopUtils.getMostSpecificMethod(method, type), specific -> Optional.ofNullable(
                        AnnotatedElementUtils.findMergedAnnotation(specific, Locked.class))
                .map(locked -> LockedMethod.of(specific, locked)));
    }

    private @Nullable Object invoke(Locks locks, MethodInvocation call) throws Throwable {
        Object target = call.getThis();
        LockedMethod method = lockedMethod(call.getMethod(), target == null ? null : AopUtils.getTargetClass(target))
                .orElseThrow();
        Supplier<HeldLease> acquire =
                () -> locks.acquire(method.locks(call.getArguments()), method.ttl(), method.waitUpTo());
        return switch (method.result()) {
            case AT_ITS_RETURN -> untilItReturns(acquire.get(), call);
            case WHEN_ITS_RESULT_IS_THERE -> untilItsResultIsThere(acquire.get(), call);
            case WHEN_THE_MONO_COMPLETES -> untilTheMonoCompletes(acquire, call);
        };
    }

    private static @Nullable Object untilItReturns(HeldLease acquired, MethodInvocation call) throws Throwable {
        try (HeldLease lease = acquired) {
            return CurrentLease.under(lease, call::proceed);
        }
    }

    private static @Nullable Object untilItsResultIsThere(HeldLease lease, MethodInvocation call) throws Throwable {
        Object result;
        try {
            result = CurrentLease.under(lease, call::proceed);
            if (result instanceof CompletionStage<?> work) {
                return released(work, lease);
            }
            if (result != null && LockedMethod.isLater(result.getClass())) {
                throw new IllegalStateException("@Locked does not know when the " + result.getClass() + " that "
                        + call.getMethod() + " returned is done: declare that it returns a Mono or a CompletionStage");
            }
        } catch (Throwable e) {
            closeAfter(e, lease);
            throw e;
        }
        lease.close();
        return result;
    }

    /** What failed under the lease is told, not that the lease was lost as well. */
    private static void closeAfter(Throwable failure, HeldLease lease) {
        try {
            lease.close();
        } catch (RuntimeException lost) {
            failure.addSuppressed(lost);
        }
    }

    /** The same result, once the lease is closed. Who cancels it cancels the work. */
    private static CompletionStage<?> released(CompletionStage<?> work, HeldLease lease) {
        CompletableFuture<@Nullable Object> released = new CompletableFuture<>();
        work.whenComplete((value, error) -> complete(released, lease, value, error));
        CompletionStage<@Nullable Object> result = released;
        result.whenComplete((value, error) -> {
            if (released.isCancelled()) {
                work.toCompletableFuture().cancel(true);
            }
        });
        return released;
    }

    private static void complete(
            CompletableFuture<@Nullable Object> released,
            HeldLease lease,
            @Nullable Object value,
            @Nullable Throwable error) {
        Throwable failure = error;
        try {
            lease.close();
        } catch (RuntimeException lost) {
            failure = error == null ? lost : error;
        }
        if (failure == null) {
            released.complete(value);
        } else {
            released.completeExceptionally(failure);
        }
    }

    private Mono<?> untilTheMonoCompletes(Supplier<HeldLease> acquire, MethodInvocation call) {
        return Mono.usingWhen(
                acquired(acquire),
                lease -> work(lease, ((ProxyMethodInvocation) call).invocableClone()),
                lease -> closing(lease::close),
                (lease, error) -> closing(() -> closeAfter(error, lease)),
                lease -> closing(lease::close));
    }

    /** Closes what comes when its subscriber has gone. */
    private Mono<HeldLease> acquired(Supplier<HeldLease> acquire) {
        // Hidden, or Reactor takes a short cut that drops what comes too late.
        return Mono.fromSupplier(acquire)
                .hide()
                .doOnDiscard(HeldLease.class, HeldLease::close)
                .subscribeOn(threads);
    }

    private static Mono<Object> work(HeldLease lease, MethodInvocation call) {
        return Mono.defer(() -> assembled(lease, call)).contextWrite(LeaseContext.of(lease));
    }

    @SuppressWarnings("unchecked")
    private static Mono<Object> assembled(HeldLease lease, MethodInvocation call) {
        try {
            Mono<Object> work = (Mono<Object>) CurrentLease.under(lease, call::proceed);
            return work == null ? Mono.empty() : work;
        } catch (Throwable e) {
            return Mono.error(e);
        }
    }

    private Mono<Void> closing(Runnable close) {
        return Mono.<Void>fromRunnable(close).subscribeOn(threads);
    }

    @Override
    public void destroy() {
        threads.dispose();
    }
}
