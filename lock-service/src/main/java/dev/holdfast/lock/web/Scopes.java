package dev.holdfast.lock.web;

import static dev.holdfast.security.AccessRules.allow;

import dev.holdfast.lock.core.Asker;
import dev.holdfast.security.AccessRules;
import dev.holdfast.security.Caller;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/** Which scope each endpoint needs. Each needs the namespace in its path as well. */
@Configuration(proxyBeanMethods = false)
class Scopes {
    static final String READ = "locks:read";
    private static final String WRITE = "locks:write";
    /** Lets a caller break locks, and renew and release what is another's as if it were its own. */
    static final String ADMIN = "locks:admin";

    private static final String LEASE = "/v1/namespaces/{namespace}/leases/{id}";
    private static final String LOCKS = "/v1/namespaces/{namespace}/locks";

    @Bean
    AccessRules accessRules() {
        return AccessRules.of(
                allow(HttpMethod.PUT, LEASE, WRITE),
                allow(HttpMethod.DELETE, LEASE, WRITE),
                // With WRITE alone of one's own: see LeaseController.
                allow(HttpMethod.GET, LEASE, READ, WRITE),
                allow(HttpMethod.GET, LOCKS, READ),
                allow(HttpMethod.GET, LOCKS + "/{name}", READ),
                allow(HttpMethod.POST, LOCKS + "/{name}/break", ADMIN),
                allow(HttpMethod.GET, "/v1/namespaces/{namespace}/events", READ));
    }

    static Asker asker(Caller caller) {
        return new Asker(caller.name(), caller.may(ADMIN));
    }
}
