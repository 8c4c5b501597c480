package dev.holdfast.ejection;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;

/** Ejects the instance to which a load-balanced call, blocking or reactive, failed before it answered. */
final class EjectingLifecycle implements LoadBalancerLifecycle<Object, Object, ServiceInstance> {

    private static final String NETTY = "io.netty.channel.ChannelException";

    private final Ejections ejections;

    EjectingLifecycle(Ejections ejections) {
        this.ejections = ejections;
    }

    @Override
    public void onStart(Request<Object> request) {}

    @Override
    public void onStartRequest(Request<Object> request, Response<ServiceInstance> chosen) {}

    @Override
    public void onComplete(CompletionContext<Object, ServiceInstance, Object> call) {
        Response<ServiceInstance> chosen = call.getLoadBalancerResponse();
        Throwable error = call.getThrowable();
        if (call.status() != CompletionContext.Status.FAILED || error == null || chosen == null) {
            return;
        }
        ServiceInstance instance = chosen.getServer();
        Throwable cause = instancesFault(error);
        if (instance != null && cause != null) {
            ejections.eject(instance, cause);
        }
    }

    /** What the instance did, or null: an answer that nobody likes, or a caller that gave up, is not its fault. */
    static @Nullable Throwable instancesFault(Throwable error) {
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
