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

    static final ServiceSpec REGISTRY = new ServiceSpec("registry-service", List.of("registry"), 128, null);
    static final ServiceSpec GATEWAY = new ServiceSpec("gateway", List.of("gateway"), 192, null);
    static final ServiceSpec LOCK_SERVICE = new ServiceSpec(
            "lock-service", List.of("lock-service-1", "lock-service-2"), 192, "/v1/namespaces/demo/locks");
}
