package dev.holdfast.ejection;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;

/** Ejects the instance to which a load-balanced call, blocking or reactive, failed before it answered. */
final class EjectingLifecycle implements LoadBalancerLifecycle<Object, Object, ServiceInstance> {

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
        Throwable cause = InstanceFault.in(error);
        if (instance != null && cause != null) {
            ejections.eject(instance, cause);
        }
    }
}
