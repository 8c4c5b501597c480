package dev.holdfast.ejection;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;

/** The instances that are left out of load balancing, because a call to them failed a moment ago. */
public final class Ejections {

    private static final Logger log = LoggerFactory.getLogger(Ejections.class);

    private final Duration duration;
    private final LongSupplier nanoTime;
    private final Map<Place, Long> ends = new ConcurrentHashMap<>();
    /** Each service's instances, as they were listed last. */
    private final Map<String, List<ServiceInstance>> listed = new ConcurrentHashMap<>();

    private final List<Consumer<ServiceInstance>> listeners = new CopyOnWriteArrayList<>();

    Ejections(Duration duration, LongSupplier nanoTime) {
        this.duration = duration;
        this.nanoTime = nanoTime;
    }

    /** Leaves the instance out from now on for the whole duration; listeners hear of it unless it was out already. */
    public void eject(ServiceInstance instance, Throwable cause) {
        long now = nanoTime.getAsLong();
        Long end = ends.put(Place.of(instance), now + duration.toNanos());
        if (end == null || end - now <= 0) {
            log.info("{} is left out for {} ms: {}", Place.of(instance), duration.toMillis(), cause.toString());
            listeners.forEach(listener -> listener.accept(instance));
        }
    }

    /** Whether a service has an instance, as they were listed last, that is not left out: where else to go. */
    boolean remains(String service) {
        return listed.getOrDefault(service.toLowerCase(Locale.ROOT), List.of()).stream()
                .anyMatch(instance -> !isEjected(instance));
    }

    public boolean isEjected(ServiceInstance instance) {
        Long end = ends.get(Place.of(instance));
        return end != null && end - nanoTime.getAsLong() > 0;
    }

    /** Calls the listener, in the thread whose call failed, each time that an instance is left out anew. */
    public void onEjection(Consumer<ServiceInstance> listener) {
        listeners.add(listener);
    }

    /** As {@link #onEjection} does, but only if another instance remains: what is under way at this one can go there. */
    public void onDeparture(Consumer<ServiceInstance> listener) {
        onEjection(instance -> {
            if (remains(instance.getServiceId())) {
                listener.accept(instance);
            }
        });
    }

    /** Those of a service's instances that are not left out, or all of them when none would remain. */
    List<ServiceInstance> without(String service, List<ServiceInstance> listed) {
        this.listed.put(service.toLowerCase(Locale.ROOT), listed);
        if (ends.isEmpty()) {
            return listed;
        }
        forgetThoseThatLeft(service, listed);
        List<ServiceInstance> remaining =
                listed.stream().filter(each -> !isEjected(each)).toList();
        return remaining.isEmpty() ? listed : remaining;
    }

    /** What left the registry and comes back has started anew: it need not sit out its predecessor's time. */
    private void forgetThoseThatLeft(String service, List<ServiceInstance> listed) {
        List<Place> places = listed.stream().map(Place::of).toList();
        ends.keySet().removeIf(place -> place.service.equalsIgnoreCase(service) && !places.contains(place));
    }

    private record Place(String service, String host, int port) {

        static Place of(ServiceInstance instance) {
            return new Place(instance.getServiceId().toLowerCase(Locale.ROOT), instance.getHost(), instance.getPort());
        }

        @Override
        public String toString() {
            return service + " at " + host + ":" + port;
        }
    }
}
