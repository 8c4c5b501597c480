package dev.holdfast.token;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A token that one thread fetches and renews, whoever waits for it. */
final class RenewedToken implements ServiceToken, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RenewedToken.class);

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_REFUSALS = Duration.ofSeconds(10);

    /** Where tokens come from. */
    @FunctionalInterface
    interface Issuer {

        /**
         * A new token.
         *
         * @throws RuntimeException if it gives none
         */
        IssuedToken issue();
    }

    private record Token(String value, long end) {

        boolean isValid() {
            return end - System.nanoTime() > 0;
        }
    }

    private final Issuer issuer;
    private final ScheduledThreadPoolExecutor thread;
    private volatile @Nullable Token token;

    // These are guarded by this; the issuer is not asked under it.
    private CompletableFuture<Token> fetch = new CompletableFuture<>();
    private boolean underWay;
    private Duration pause = FIRST_PAUSE;
    private long askedAt = System.nanoTime();
    private long refusedAt = System.nanoTime() - BETWEEN_REFUSALS.toNanos();
    private Runnable callOffNext = () -> {};

    RenewedToken(Issuer issuer) {
        this.issuer = issuer;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "service-token");
            made.setDaemon(true);
            return made;
        });
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        thread.setRemoveOnCancelPolicy(true);
    }

    /** Begins to fetch it; from then on it is kept fresh. */
    void renew() {
        var unused = fetch(true);
    }

    @Override
    public String value() {
        Token now = token;
        return now != null && now.isValid() ? now.value() : fetched(false).value();
    }

    @Override
    public boolean refused(String value) {
        Token now = token;
        if (now == null || !now.value().equals(value)) {
            return now != null;
        }
        try {
            return mayAskAgain() && !fetched(true).value().equals(value);
        } catch (ServiceTokenException e) {
            return false;
        }
    }

    private synchronized boolean mayAskAgain() {
        long now = System.nanoTime();
        boolean may = now - refusedAt >= BETWEEN_REFUSALS.toNanos();
        if (may) {
            refusedAt = now;
        }
        return may;
    }

    private Token fetched(boolean anew) {
        try {
            return fetch(anew).get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new ServiceTokenException("No token: " + reason(e), e);
        } catch (TimeoutException e) {
            throw new ServiceTokenException("No token: the issuer does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceTokenException("No token: interrupted", e);
        }
    }

    /**
     * What becomes of the fetch that is under way, or of a new one. An issuer that has just failed is not asked again by
     * each one who wants a token.
     */
    private synchronized CompletableFuture<Token> fetch(boolean anew) {
        boolean failedJustNow = fetch.isCompletedExceptionally() && System.nanoTime() - askedAt < FIRST_PAUSE.toNanos();
        if (!underWay && (anew || !failedJustNow)) {
            underWay = true;
            fetch = new CompletableFuture<>();
            callOffNext.run();
            thread.execute(this::ask);
        }
        return fetch;
    }

    private void ask() {
        long sent = System.nanoTime();
        try {
            IssuedToken issued = issuer.issue();
            issued(new Token(issued.value(), sent + issued.life().toNanos()), issued.life());
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private synchronized void issued(Token issued, Duration life) {
        token = issued;
        pause = FIRST_PAUSE;
        // Up to a twelfth less than two thirds: programs that started together do not ask together for ever.
        planNext(life.dividedBy(18)
                .multipliedBy(ThreadLocalRandom.current().nextInt(11_000, 12_001))
                .dividedBy(1000));
        end().complete(issued);
    }

    private synchronized void failed(Throwable failure) {
        Token now = token;
        log.warn(
                "No new service token{}: {}",
                now != null && now.isValid() ? ", the one at hand is still valid" : "",
                reason(failure));
        planNext(pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        end().completeExceptionally(failure);
    }

    private synchronized CompletableFuture<Token> end() {
        underWay = false;
        askedAt = System.nanoTime();
        return fetch;
    }

    private synchronized void planNext(Duration delay) {
        var planned = thread.schedule(this::renew, delay.toNanos(), TimeUnit.NANOSECONDS);
        callOffNext = () -> planned.cancel(false);
    }

    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest.toString();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
