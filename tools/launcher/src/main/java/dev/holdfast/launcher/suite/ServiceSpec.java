package dev.holdfast.launcher.suite;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service that the suite runs.
 *
 * @param module the Maven module that packages it, a folder of the root
 * @param instances the names of its instances, which are their ids in the registry too
 * @param heapMegabytes the heap of each
 * @param route a path at which each instance answers through the gateway; null for one that is not behind it
 */
record ServiceSpec(
        String module,
        List<String> instances,
        int heapMegabytes,
        @Nullable String route) {

    static final ServiceSpec GATEWAY = new ServiceSpec("gateway", List.of("gateway"), 192, null);
    static final ServiceSpec LOCK_SERVICE = new ServiceSpec(
            "lock-service", List.of("lock-service-1", "lock-service-2"), 192, "/v1/namespaces/demo/locks");
    static final ServiceSpec ORDER_SERVICE = new ServiceSpec(
            "demo-order-service", List.of("order-service-1", "order-service-2"), 160, "/orders/" + nobody());
    static final ServiceSpec INVENTORY_SERVICE =
            new ServiceSpec("demo-inventory-service", List.of("inventory-service"), 160, "/stock/none");
    static final ServiceSpec ISSUER = new ServiceSpec("demo-issuer", List.of(Issuer.NAME), 96, null);

    /** One registry, or two that are peers. */
    static ServiceSpec registry(int count) {
        List<String> instances = count == 1 ? List.of("registry") : List.of("registry-1", "registry-2");
        return new ServiceSpec("registry-service", instances, 128, null);
    }

    private static String nobody() {
        return "00000000-0000-0000-0000-000000000000";
    }
}
