package dev.holdfast.ejection;

import java.util.List;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.loadbalancer.core.DelegatingServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import reactor.core.publisher.Flux;

/** A service's instances without those that are ejected, unless none would remain. */
final class EjectingSupplier extends DelegatingServiceInstanceListSupplier {

    private final Ejections ejections;

    EjectingSupplier(ServiceInstanceListSupplier delegate, Ejections ejections) {
        super(delegate);
        this.ejections = ejections;
    }

    @Override
    public Flux<List<ServiceInstance>> get() {
        return getDelegate().get().map(this::remaining);
    }

    @Override
    @SuppressWarnings("rawtypes") // as it is declared
    public Flux<List<ServiceInstance>> get(Request request) {
        return getDelegate().get(request).map(this::remaining);
    }

    private List<ServiceInstance> remaining(List<ServiceInstance> listed) {
        return ejections.without(getServiceId(), listed);
    }
}
