package dev.holdfast.defaults.registry;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.HealthCheckHandler;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationListener;

/**
 * Tells the registry whether this instance takes requests: its own readiness and nothing else.
 *
 * <p>Spring Cloud's handler adds up all health indicators instead, so that a store that is down would take every
 * instance out at once; a 503 from a live instance says more than no instance.
 */
final class RegistryReadiness
        implements HealthCheckHandler, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

    private final ApplicationAvailability availability;
    private final ObjectProvider<ApplicationInfoManager> registration;

    RegistryReadiness(ApplicationAvailability availability, ObjectProvider<ApplicationInfoManager> registration) {
        this.availability = availability;
        this.registration = registration;
    }

    /** What Eureka's client asks before each of its reports. */
    @Override
    public InstanceStatus getStatus(InstanceStatus current) {
        return statusOf(availability.getReadinessState(), current);
    }

    /** Reports a change at once, not at the next turn: a new instance is routable, a leaving one avoided, sooner. */
    @Override
    public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> change) {
        registration.ifAvailable(it ->
                it.setInstanceStatus(statusOf(change.getState(), it.getInfo().getStatus())));
    }

    private static InstanceStatus statusOf(ReadinessState readiness, InstanceStatus current) {
        if (readiness == ReadinessState.ACCEPTING_TRAFFIC) {
            return InstanceStatus.UP;
        }
        return current == InstanceStatus.STARTING ? current : InstanceStatus.DOWN;
    }
}
