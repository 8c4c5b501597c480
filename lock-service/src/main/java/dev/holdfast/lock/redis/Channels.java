package dev.holdfast.lock.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.GlobalEventExecutor;

/** The connections to Redis, of all kinds. Requests of one turn of the event loop leave in one packet. */
final class Channels implements NettyCustomizer {
    private static final int MAX_COMMANDS = 256;

    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    @Override
    public void afterChannelInitialized(Channel channel) {
        channel.pipeline().addFirst(new FlushConsolidationHandler(MAX_COMMANDS, true));
        open.add(channel);
    }

    /** Closes them all. Lettuce opens each anew, and asks anew where Redis is. */
    void drop() {
        var unused = open.close();
    }
}
