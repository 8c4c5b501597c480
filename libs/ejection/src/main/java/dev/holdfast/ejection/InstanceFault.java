package dev.holdfast.ejection;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Tells a failure of the instance that was called from others: it refused the connection, broke it or kept still. */
public final class InstanceFault {

    private static final String NETTY = "io.netty.channel.ChannelException";

    private InstanceFault() {}

    /** What in the error is the instance's fault, or null: neither an answer nor a caller that gave up is. */
    public static @Nullable Throwable in(Throwable error) {
        Throwable fault = null;
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (isOfTheCaller(cause)) {
                return null;
            }
            if (cause instanceof IOException || cause instanceof TimeoutException || isNettys(cause)) {
                fault = cause;
            }
        }
        return fault;
    }

    private static boolean isOfTheCaller(Throwable cause) {
        return cause instanceof InterruptedException
                || cause instanceof CancellationException
                || cause instanceof ClosedByInterruptException
                || (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException));
    }

    /** By name, since a blocking caller has no Netty. */
    private static boolean isNettys(Throwable cause) {
        for (Class<?> type = cause.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(NETTY)) {
                return true;
            }
        }
        return false;
    }
}
