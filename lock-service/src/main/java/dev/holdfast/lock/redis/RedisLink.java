package dev.holdfast.lock.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.lock.core.StoreUnavailableException;
import io.lettuce.core.AbstractRedisAsyncCommands;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateAdapter;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
 * <p>Opens in the background, so that an absent Redis does not stop a start, and mends itself. Redis is looked at on each
 * connection before any call, and then again and again. While it is away or unfit every call fails at once.
 */
final class RedisLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    private static final Duration RETRY = Duration.ofMillis(250);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** Enough to keep Redis busy, few enough for the last to be answered in time by one that does 1,000 a second. */
    private static final int MOST_UNDER_WAY = 256;
    /** With spring.data.redis.timeout, well within the second that callers give an instance. */
    private static final Duration IN_LINE = Duration.ofMillis(250);

    private final LettuceConnectionFactory factory;
    private final RedisMessageListenerContainer messages = new RedisMessageListenerContainer();
    private final Turnstile turnstile = new Turnstile(MOST_UNDER_WAY, IN_LINE);
    private final Map<Script, CompletionStage<String>> loading = new ConcurrentHashMap<>();
    /** Given when it is time to look at Redis before it is time. */
    private final Semaphore lookNow = new Semaphore(0);

    private volatile @Nullable RedisClusterAsyncCommands<byte[], byte[]> commands;
    private volatile @Nullable Flaw flaw = Flaw.NOT_CONNECTED;
    /** Whether Redis did not answer when it was last looked at. */
    private volatile boolean silent;

    private volatile boolean closed;
    /** How often the connection was lost: what was learned of one says nothing of the next. */
    private int losses;
    /** When connections were last dropped to find the master elsewhere. */
    private long dropped = System.nanoTime() - LOOK.toNanos();

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
        Thread.ofPlatform().name("redis-watch").daemon().start(this::watch);
    }

    private void watch() {
        connect();
        while (!closed) {
            look();
            pause(LOOK);
        }
    }

    private void connect() {
        boolean complained = false;
        while (!closed && commands == null) {
            try {
                messages.start();
                commands = nativeCommands();
                factory.getRequiredNativeClient().addListener(new Changes());
            } catch (RuntimeException e) {
                messages.stop();
                if (!complained) {
                    log.warn(
                            "Redis does not answer yet ({}); trying again every {} ms",
                            e.getMessage(),
                            RETRY.toMillis());
                    complained = true;
                }
                pause(RETRY);
            }
        }
    }

    /** The shared connection of the factory, spoken to without the conversions in between. */
    @SuppressWarnings("unchecked")
    private RedisClusterAsyncCommands<byte[], byte[]> nativeCommands() {
        return (RedisClusterAsyncCommands<byte[], byte[]>)
                factory.getConnection().getNativeConnection();
    }

    private void pause(Duration time) {
        try {
            if (lookNow.tryAcquire(time.toMillis(), TimeUnit.MILLISECONDS)) {
                lookNow.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks Redis what it is. One that does not answer is no other than it was: then calls get no answer either. */
    private void look() {
        RedisClusterAsyncCommands<byte[], byte[]> redis = commands;
        int before = losses();
        if (redis == null) {
            return;
        }
        try {
            judge(Flaw.in(redis.info().toCompletableFuture().join()), before);
            silent = false;
        } catch (RuntimeException e) {
            Throwable cause = unwrap(e);
            silent = !(cause instanceof RedisCommandExecutionException);
            if (!silent) {
                Flaw told = Flaw.of(cause);
                judge(told == null ? Flaw.UNTOLD : told, before);
            }
        }
    }

    private synchronized void judge(@Nullable Flaw found, int lossesBefore) {
        if (lossesBefore != losses) {
            return;
        }
        if (found == null && flaw != null) {
            log.info("connected to Redis");
        } else if (found != null && !found.equals(flaw)) {
            log.warn("Redis cannot be used. {}", found.words());
        }
        flaw = found;
        if (found != null && found.elsewhere() && System.nanoTime() - dropped >= LOOK.toNanos()) {
            dropped = System.nanoTime();
            channels().drop();
        }
    }

    private synchronized int losses() {
        return losses;
    }

    private synchronized void lost() {
        losses++;
        if (flaw == null && !closed) {
            log.warn("the connection to Redis is lost");
        }
        if (flaw == null || !flaw.elsewhere()) {
            flaw = Flaw.NOT_CONNECTED;
        }
    }

    private Channels channels() {
        return (Channels) factory.getClientConfiguration()
                .getClientResources()
                .orElseThrow()
                .nettyCustomizer();
    }

    /** Why no call is made now, or none is answered; null if all is well. */
    @Nullable
    Flaw flaw() {
        Flaw now = flaw;
        return now == null && silent ? Flaw.SILENT : now;
    }

    StoreUnavailableException unavailable() {
        Flaw now = flaw;
        return new StoreUnavailableException((now == null ? Flaw.NOT_CONNECTED : now).words());
    }

    /** What becomes of connections: without that over which scripts are called there is no Redis. */
    private final class Changes extends RedisConnectionStateAdapter {
        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> opened, SocketAddress address) {
            lookNow.release();
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
            if (commands instanceof AbstractRedisAsyncCommands<?, ?> redis && gone.equals(redis.getConnection())) {
                lost();
            }
        }
    }

    /** EVALSHA, after a SCRIPT LOAD when Redis does not know the script. Never throws: failures are in the stage. */
    CompletionStage<List<Object>> run(Script script, String key, String... arguments) {
        byte[][] keys = {bytes(key)};
        byte[][] values = new byte[arguments.length][];
        for (int i = 0; i < arguments.length; i++) {
            values[i] = bytes(arguments[i]);
        }
        return turnstile.pass(() -> send(script, keys, values));
    }

    private CompletionStage<List<Object>> send(Script script, byte[][] keys, byte[][] values) {
        RedisClusterAsyncCommands<byte[], byte[]> redis = commands();
        if (redis == null) {
            return CompletableFuture.failedFuture(unavailable());
        }
        CompletionStage<List<Object>> reply = redis.evalsha(script.digest(), ScriptOutputType.MULTI, keys, values);
        return reply.exceptionallyCompose(failure -> {
            Throwable cause = unwrap(failure);
            if (cause instanceof RedisNoScriptException) {
                return load(redis, script)
                        .thenCompose(digest -> redis.evalsha(digest, ScriptOutputType.MULTI, keys, values));
            }
            Flaw told = Flaw.of(cause);
            if (told != null && told.elsewhere()) {
                lookNow.release();
            }
            if (told == null && cause instanceof RedisCommandExecutionException && isOurs(cause)) {
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

    /** The commands of the shared connection; null while Redis is away or unfit. */
    @Nullable
    RedisClusterAsyncCommands<byte[], byte[]> commands() {
        return flaw == null ? commands : null;
    }

    /** A mistake in a script. */
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
        lookNow.release();
        messages.stop();
    }
}
