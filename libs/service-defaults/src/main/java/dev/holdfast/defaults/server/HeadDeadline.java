package dev.holdfast.defaults.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which the head of a request does not come to its end in time, as one that sends a byte now and
 * then (slowloris). Reactor Netty's own limits begin where the head ends, or each time anything comes.
 *
 * <p>Stands behind the decoder: bytes of which it makes nothing are the beginning of a head, unless a body is under way.
 */
final class HeadDeadline extends ChannelInboundHandlerAdapter {

    private final Duration limit;
    private boolean decoded;
    private boolean inBody;
    private @Nullable Future<?> deadline;

    HeadDeadline(Duration limit) {
        this.limit = limit;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        decoded = true;
        if (message instanceof HttpRequest) {
            cancel();
            inBody = true;
        }
        if (message instanceof LastHttpContent) {
            inBody = false;
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!decoded && !inBody && deadline == null) {
            Runnable close = () -> {
                var unused = context.close();
            };
            deadline = context.executor().schedule(close, limit.toMillis(), TimeUnit.MILLISECONDS);
        }
        decoded = false;
        context.fireChannelReadComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancel();
        context.fireChannelInactive();
    }

    private void cancel() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
