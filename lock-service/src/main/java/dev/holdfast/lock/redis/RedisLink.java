package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * The connection to Redis: scripts over one pipelined connection, messages over another.
 *
 * <p>Opens in the background, so that an absent Redis does not stop a start, and mends itself. While it is down every
 * call fails at once.
 */
final class RedisLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    private static final Duration RETRY = Duration.ofMillis(250);

    private final LettuceConnectionFactory factory;
    private final RedisMessageListenerContainer messages = new RedisMessageListenerContainer();
    private final Map<Script, CompletionStage<String>> loading = new ConcurrentHashMap<>();
    private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands;
    private volatile boolean closed;

    RedisLink(LettuceConnectionFactory factory) {
        this.factory = factory;
    }

    /** Begins to connect, and to listen on the channel. The listener is called on a thread of the connection. */
    void open(String channel, Consumer<String> listener) {
        messages.setConnectionFactory(factory);
        messages.setTaskExecutor(Runnable::run);
        messages.setRecoveryInterval(RETRY.toMillis());
        messages.addMessageListener(
                (message, pattern) -> listener.accept(new String(message.getBody(), UTF_8)), new ChannelTopic(channel));
        messages.afterPropertiesSet();
        Thread.ofPlatform().name("redis-connect").daemon().start(this::connect);
    }

    private void connect() {
        boolean complained = false;
        while (!closed && commands == null) {
            try {
                messages.start();
                commands = nativeCommands();
                log.info("connected to Redis");
            } catch (RuntimeException e) {
                messages.stop();
                if (!complained) {
                    log.warn(
                            "Redis does not answer yet ({}); trying again every {} ms",
                            e.getMessage(),
                            RETRY.toMillis());
                    complained = true;
                }
                pause();
            }
        }
    }

    /** The shared connection of the factory, spoken to without the conversions in between. */
    @SuppressWarnings("unchecked")
    private RedisClusterAsyncCommands<byte[], byte[]> nativeCommands() {
        return (RedisClusterAsyncCommands<byte[], byte[]>)
                factory.getConnection().getNativeConnection();
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** EVALSHA, after a SCRIPT LOAD when Redis does not know the script. Never throws: failures are in the stage. */
    CompletionStage<List<Object>> run(Script script, String key, String... arguments) {
        RedisClusterAsyncCommands<byte[], byte[]> redis = commands;
        if (redis == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("not connected to Redis"));
        }
        byte[][] keys = {bytes(key)};
        byte[][] values = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            values[i] = bytes(arguments[i]);
        }
        CompletionStage<List<Object>> reply = redis.evalsha(script.digest(), ScriptOutputType.MULTI, keys, values);
        return reply.exceptionallyCompose(failure -> {
            Throwable cause = unwrap(failure);
            if (cause instanceof RedisNoScriptException) {
                return load(redis, script)
                        .thenCompose(digest -> redis.evalsha(digest, ScriptOutputType.MULTI, keys, values));
            }
            if (cause instanceof RedisCommandExecutionException && isOurs(cause)) {
                log.error("script {} failed", script.name(), cause);
            }
            return CompletableFuture.failedFuture(cause);
        });
    }

    /** One load at a time: after a restart thousands of calls find the script missing at once. */
    private CompletionStage<String> load(RedisClusterAsyncCommands<byte[], byte[]> redis, Script script) {
        CompletionStage<String> loaded = loading.computeIfAbsent(script, missing -> redis.scriptLoad(missing.source()));
        return loaded.whenComplete((digest, failure) -> loading.remove(script, loaded));
    }

    /** The commands of the shared connection, for what needs no script; null while it is down. */
    @Nullable
    RedisClusterAsyncCommands<byte[], byte[]> commands() {
        return commands;
    }

    /** A mistake in a script, not a state of Redis such as LOADING, READONLY or OOM. */
    private static boolean isOurs(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("user_script");
    }

    static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Override
    public void close() {
        closed = true;
        messages.stop();
    }
}
