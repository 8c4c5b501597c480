package dev.holdfast.gateway;

import static org.awaitility.Awaitility.await;

import com.netflix.discovery.EurekaClient;
import dev.holdfast.defaults.HoldfastApplication;
import dev.holdfast.ejection.Ejections;
import dev.holdfast.testing.issuer.TestIssuer;
import dev.holdfast.testing.issuer.TestToken;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.gateway.filter.ratelimit.RedisRateLimiter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.util.ReflectionTestUtils;

/** The gateway as it ships with a real registry; one for all tests, which leave it without instances. */
final class TestGateway {

    private static final String TOMCAT = "org.springframework.boot.tomcat.autoconfigure.";
    private static final Duration A_BUSY_MACHINE = Duration.ofSeconds(30);
    private static final TestGateway SHARED = new TestGateway();

    private final TestRegistry registry = new TestRegistry();
    private final TestRedis redis = new TestRedis();
    private final TestIssuer issuer = TestIssuer.shared();
    private final String bearer = issuer.token().bearer();
    private final Backend tokenEndpoint = new Backend("issuer");
    private final ConfigurableApplicationContext gateway = HoldfastApplication.run(
            GatewayApplication.class,
            "gateway",
            "--spring.security.oauth2.resourceserver.jwt.issuer-uri=" + issuer.uri(),
            "--spring.security.oauth2.resourceserver.jwt.audiences=" + TestIssuer.AUDIENCE,
            "--spring.data.redis.port=" + redis.port(),
            "--holdfast.gateway.token-endpoint=http://127.0.0.1:" + tokenEndpoint.port() + "/token",
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--management.server.port=0",
            "--management.server.address=127.0.0.1",
            "--holdfast.drain.window=0s",
            "--holdfast.server.head-timeout=1s",
            "--holdfast.server.read-timeout=2s",
            "--holdfast.gateway.body-timeout=5s",
            // Or nobody is limited where the machine has more to do.
            "--holdfast.gateway.rate-limit.patience=500ms",
            "--spring.data.redis.timeout=1s",
            // Short, so that a test need not wait for long until an instance is tried again.
            "--holdfast.ejection.duration=1s",
            "--eureka.client.service-url.defaultZone=" + registry.address(),
            // The test's Eureka server brings Jersey and Tomcat; the gateway as shipped has neither.
            "--eureka.client.jersey.enabled=false",
            "--spring.autoconfigure.exclude=" + TOMCAT + "reactive.TomcatReactiveWebServerAutoConfiguration," + TOMCAT
                    + "actuate.web.server.TomcatReactiveManagementContextAutoConfiguration");

    private final List<Registered> registered = new ArrayList<>();
    private final List<ServiceInstance> ejected = new CopyOnWriteArrayList<>();

    private TestGateway() {
        ejections().onEjection(ejected::add);
    }

    static TestGateway shared() {
        return SHARED;
    }

    int port() {
        return gateway.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** The value of {@code Authorization} with a token that is good and allows nothing. */
    String bearer() {
        return bearer;
    }

    TestToken token() {
        return issuer.token();
    }

    TestRedis redis() {
        return redis;
    }

    /** What stands where {@code /oauth2/token} leads. */
    Backend tokenEndpoint() {
        return tokenEndpoint;
    }

    RedisRateLimiter.Config limit() {
        return Objects.requireNonNull(
                gateway.getBean(RedisRateLimiter.class).getConfig().get(CallerLimit.LIMIT));
    }

    URI management(String path) {
        return URI.create("http://127.0.0.1:" + gateway.getEnvironment().getProperty("local.management.port") + path);
    }

    /** Has the registry list an instance, and waits until the gateway knows. */
    ServiceInstance register(String service, int port) throws Exception {
        registered.add(new Registered(service, port));
        registry.register(service, port);
        return await().atMost(A_BUSY_MACHINE)
                .until(
                        () -> listed(service).stream()
                                .filter(each -> each.getPort() == port)
                                .toList(),
                        found -> !found.isEmpty())
                .getFirst();
    }

    /** Has every instance leave the registry, and waits until the gateway knows. */
    void deregisterAll() throws Exception {
        for (Registered instance : registered) {
            registry.deregister(instance.service(), instance.port());
        }
        for (Registered instance : registered) {
            await().atMost(A_BUSY_MACHINE)
                    .until(() -> listed(instance.service()).isEmpty());
        }
        registered.clear();
        ejected.clear();
    }

    private record Registered(String service, int port) {}

    /** As the registry has it now: the gateway is not left to fetch it at its next turn. */
    private List<ServiceInstance> listed(String service) {
        ReflectionTestUtils.invokeMethod(
                gateway.getBean(EurekaClient.class), com.netflix.discovery.DiscoveryClient.class, "refreshRegistry");
        return gateway.getBean(DiscoveryClient.class).getInstances(service);
    }

    boolean isEjected(ServiceInstance instance) {
        return ejections().isEjected(instance);
    }

    Ejections ejections() {
        return gateway.getBean(Ejections.class);
    }

    /** Those that were ejected since the last test. */
    List<ServiceInstance> ejected() {
        return ejected;
    }
}
