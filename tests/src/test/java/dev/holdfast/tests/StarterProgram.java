package dev.holdfast.tests;

import static org.awaitility.Awaitility.await;

import dev.holdfast.launcher.suite.Access;
import dev.holdfast.launcher.suite.Suite;
import dev.holdfast.lock.client.LockNotAcquiredException;
import dev.holdfast.lock.client.Locks;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.javacrumbs.shedlock.support.LockException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A Spring Boot program that has the starter on its class path, and knows the lock service by its URLs alone. */
final class StarterProgram implements AutoCloseable {

    /** For what should take no time: a machine may have much else to do. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    static final Duration TTL = Duration.ofSeconds(30);

    /** How often {@link #together} does its work in all. */
    static final int ROUNDS = 40;

    private final ConfigurableApplicationContext context;

    /** Starts it, and waits until it has had a lock: the first calls load classes, there as here. */
    StarterProgram(Suite suite, String namespace, List<URI> urls, Class<?>... more) throws IOException {
        context = new SpringApplicationBuilder(Settings.class)
                .sources(more)
                .web(WebApplicationType.NONE)
                .properties(
                        "holdfast.locks.urls="
                                + urls.stream().map(URI::toString).collect(Collectors.joining(",")),
                        "holdfast.locks.namespace=" + namespace,
                        "holdfast.locks.token=" + suite.token(Access.DEMO.withNamespaces(namespace)),
                        "spring.application.name=program",
                        "spring.main.banner-mode=off",
                        "logging.level.root=warn")
                .run();
        patiently(() -> bean(Locks.class).acquire("warm-up", TTL, LIMIT)).close();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** Asks on this thread until there is an answer: the starter gives a call a second, and fails closed after that. */
    static <T> T patiently(Callable<T> call) {
        return await().pollInSameThread()
                .pollDelay(Duration.ZERO)
                .atMost(LIMIT)
                .ignoreExceptionsMatching(e -> e instanceof LockException || e instanceof LockNotAcquiredException)
                .until(call, answer -> true);
    }

    /** Does work again and again on several threads, half of them with the one and half with the other. */
    static <T> void together(T one, T other, Consumer<T> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (T each : List.of(one, other, one, other)) {
                all.add(threads.submit(() -> IntStream.range(0, ROUNDS / 4).forEach(round -> work.accept(each))));
            }
            for (Future<?> thread : all) {
                thread.get();
            }
        }
    }

    @Override
    public void close() {
        context.close();
    }

    @EnableAutoConfiguration
    static class Settings {}
}
