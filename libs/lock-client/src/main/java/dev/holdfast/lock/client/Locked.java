package dev.holdfast.lock.client;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that runs under exclusive locks.
 *
 * <pre>{@code
 * @Locked(value = "stock:#{#sku}", ttl = "3s", waitUpTo = "5s")
 * public void reserve(String sku, int quantity) { … }
 * }</pre>
 *
 * <p>The locks are held until the method returns or throws; where it returns a {@code CompletableFuture}, a {@code
 * CompletionStage} or a {@code Mono}, until that completes, fails or is cancelled. A {@code Mono} takes the locks for
 * each subscription; the other two block the calling thread while they wait for the locks. Methods that return another
 * promise or stream, a {@code Callable} or a {@code DeferredResult}, and Kotlin's suspending functions, are refused when
 * the program starts; one declared to return an {@code Object} throws an {@code IllegalStateException} if that turns out
 * to be one of these.
 *
 * <p>The caller gets a {@link LockNotAcquiredException} if the locks are not acquired, and a {@link LeaseLostException} if
 * they were lost while a method ran that returned normally. The clients that send a token do so inside the method. The
 * locks are taken outside {@code @Transactional} and released after the commit, unless the order of {@code
 * @EnableTransactionManagement} was changed.
 *
 * <p>It works through Spring's proxies: a call from within the same object takes no lock, and a method that is
 * private, final or static is refused when the program starts. A method that calls another with the same lock waits for itself.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Locked {

    /**
     * The locks' names: text with SpEL in <code>#{…}</code>, which sees the method's arguments by their names, or as
     * {@code #p0}, {@code #p1}, and reads their properties. It knows neither types nor beans nor methods. What it yields
     * is text, whatever it looks like; nothing, or empty text, is refused.
     */
    String[] value();

    /** How long the lease lives without a renewal, such as {@code 3s} or {@code PT3S}. */
    String ttl();

    /** How long to wait for the locks. By default not at all. */
    String waitUpTo() default "0s";
}
