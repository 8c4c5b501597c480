package dev.holdfast.lock.web;

import dev.holdfast.lock.core.EventFollower;
import io.netty.channel.Channel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** What is on its way to one client that follows events. */
final class EventStream implements EventFollower {
    /** How long a client has to read what it was sent before its stream ended; then the connection is closed. */
    private static final long LAST_MILLIS = 1000;

    private final Channel channel;
    private final Queue<Notice> unsent = new ConcurrentLinkedQueue<>();
    private final Sinks.Many<Notice> notices = Sinks.many().unicast().onBackpressureBuffer(unsent);

    /** @param channel the client's connection */
    EventStream(Channel channel) {
        this.channel = channel;
    }

    Flux<Notice> notices() {
        return notices.asFlux();
    }

    @Override
    public void tell(Notice notice) {
        notices.tryEmitNext(notice);
    }

    @Override
    public boolean isReady() {
        return unsent.isEmpty() && channel.isWritable();
    }

    @Override
    public void end() {
        if (notices.tryEmitComplete().isSuccess()) {
            hangUpSoon();
        }
    }

    /** A client that does not read would never see the end. */
    void hangUpSoon() {
        var unused = channel.eventLoop().schedule(this::hangUp, LAST_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void hangUp() {
        var unused = channel.close();
    }

    @Override
    public void fail(Throwable failure) {
        notices.tryEmitError(failure);
    }
}
