package dev.holdfast.ejection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.loadbalancer.core.DelegatingServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.RetryAwareServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ZonePreferenceServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

class EjectionAutoConfigurationTest {

    // Enough for a cold client on a busy machine.
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String RETRY = "spring.cloud.loadbalancer.retry.enabled=";

    private final List<Peer> peers = new ArrayList<>();

    @AfterEach
    void everyPeerLeaves() throws Exception {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInstanceThatRefusesConnectionsIsLeftOut(Caller caller) throws Exception {
        isLeftOutAfterOneFailure(Peer.gone(), caller);
    }

    @ParameterizedTest
    @EnumSource
    void anInstanceThatKeepsStillIsLeftOut(Caller caller) throws Exception {
        isLeftOutAfterOneFailure(Peer.still(), caller);
    }

    @ParameterizedTest
    @EnumSource
    void anInstanceThatResetsConnectionsIsLeftOut(Caller caller) throws Exception {
        isLeftOutAfterOneFailure(Peer.resetting(), caller);
    }

    private void isLeftOutAfterOneFailure(Peer bad, Caller caller) throws Exception {
        Peer well = Peer.well();
        application(bad, well).withPropertyValues(RETRY + false).run(context -> {
            // In turn, whoever is the first.
            List<Boolean> answered = List.of(caller.gets(context, "/ok"), caller.gets(context, "/ok"));
            assertThat(answered).containsExactlyInAnyOrder(true, false);

            for (int i = 0; i < 4; i++) {
                assertThat(caller.gets(context, "/ok")).isTrue();
            }
            assertThat(isEjected(context, bad)).isTrue();
            assertThat(isEjected(context, well)).isFalse();
            assertThat(context.getBean(MeterRegistry.class)
                            .get("holdfast.ejections")
                            .tag("service", "peer")
                            .counter()
                            .count())
                    .isEqualTo(1);
        });
    }

    @ParameterizedTest
    @EnumSource
    void whenAllAreEjectedTheyAreTried(Caller caller) throws Exception {
        Peer well = Peer.well();
        application(well).withPropertyValues(RETRY + false).run(context -> {
            assertThat(caller.gets(context, "/slow")).isFalse();
            assertThat(isEjected(context, well)).isTrue();

            assertThat(caller.gets(context, "/ok")).isTrue();
        });
    }

    @ParameterizedTest
    @EnumSource
    void anErrorAsAnAnswerEjectsNobody(Caller caller) throws Exception {
        Peer well = Peer.well();
        application(well).run(context -> {
            assertThat(caller.gets(context, "/failure")).isTrue();

            assertThat(isEjected(context, well)).isFalse();
        });
    }

    @Test
    void aCallerThatGivesUpEjectsNobody() throws Exception {
        Peer well = Peer.well();
        application(well).run(context -> {
            assertThatThrownBy(() -> web(context, "/slow").block(PATIENCE.dividedBy(5)))
                    .isInstanceOf(IllegalStateException.class);
            interruptedWhileItWaits(() -> Caller.BLOCKING.gets(context, "/slow"));

            assertThat(isEjected(context, well)).isFalse();
        });
    }

    private static void interruptedWhileItWaits(Runnable call) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread caller = new Thread(call);
        caller.setUncaughtExceptionHandler((thread, error) -> failure.set(error));
        caller.start();
        caller.interrupt();
        caller.join();
        assertThat(failure.get()).isNull();
    }

    @Test
    void springCloudsRetryOnAnotherInstanceStaysAroundIt() throws Exception {
        application(Peer.gone(), Peer.well()).run(context -> {
            for (int i = 0; i < 4; i++) {
                assertThat(Caller.BLOCKING.gets(context, "/ok")).isTrue();
            }
            assertThat(instances(context))
                    .isInstanceOfSatisfying(
                            RetryAwareServiceInstanceListSupplier.class,
                            retryAware -> assertThat(retryAware.getDelegate()).isInstanceOf(EjectingSupplier.class));
        });
    }

    @Test
    void howInstancesAreListedStaysAsItIsSet() throws Exception {
        application(Peer.well())
                .withPropertyValues(RETRY + false, "spring.cloud.loadbalancer.configurations=zone-preference")
                .run(context -> assertThat(((DelegatingServiceInstanceListSupplier) instances(context)).getDelegate())
                        .isInstanceOf(ZonePreferenceServiceInstanceListSupplier.class));
    }

    @Test
    void withoutReactiveDiscoveryItWorksAsWell() throws Exception {
        application(Peer.gone(), Peer.well())
                .withPropertyValues(RETRY + false, "spring.cloud.discovery.reactive.enabled=false")
                .run(context -> {
                    Caller.BLOCKING.gets(context, "/ok");
                    Caller.BLOCKING.gets(context, "/ok");

                    for (int i = 0; i < 4; i++) {
                        assertThat(Caller.BLOCKING.gets(context, "/ok")).isTrue();
                    }
                });
    }

    @Test
    void withoutMicrometerItWorksAsWell() throws Exception {
        application(Peer.well())
                .withClassLoader(new FilteredClassLoader("io.micrometer.core"))
                .run(context ->
                        assertThat(context).hasSingleBean(Ejections.class).doesNotHaveBean(MeterBinder.class));
    }

    @Test
    void aDurationThatIsNoneIsRefused() throws Exception {
        application(Peer.well())
                .withPropertyValues("holdfast.ejection.duration=0s")
                .run(context -> assertThat(context).hasFailed());
    }

    private ApplicationContextRunner application(Peer... instances) {
        peers.addAll(List.of(instances));
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withUserConfiguration(Application.class)
                .withBean(SimpleMeterRegistry.class)
                .withPropertyValues("spring.cloud.loadbalancer.cache.enabled=false");
        for (int i = 0; i < instances.length; i++) {
            runner =
                    runner.withPropertyValues("spring.cloud.discovery.client.simple.instances.peer[%d].uri=http://%s:%d"
                            .formatted(i, "127.0.0.1", instances[i].port()));
        }
        return runner;
    }

    private static boolean isEjected(ApplicationContext context, Peer peer) {
        ServiceInstance instance = new DefaultServiceInstance("", "peer", "127.0.0.1", peer.port(), false);
        return context.getBean(Ejections.class).isEjected(instance);
    }

    private static ServiceInstanceListSupplier instances(ApplicationContext context) {
        return Objects.requireNonNull(context.getBean(LoadBalancerClientFactory.class)
                .getInstance("peer", ServiceInstanceListSupplier.class));
    }

    private static Mono<HttpStatusCode> web(ApplicationContext context, String path) {
        return context.getBean(WebClient.Builder.class)
                .build()
                .get()
                .uri("http://peer" + path)
                .exchangeToMono(response -> response.releaseBody().thenReturn(response.statusCode()));
    }

    enum Caller {
        BLOCKING {
            @Override
            boolean gets(ApplicationContext context, String path) {
                RestClient client = context.getBean(RestClient.Builder.class).build();
                try {
                    client.get().uri("http://peer" + path).retrieve().toBodilessEntity();
                    return true;
                } catch (HttpServerErrorException answered) {
                    return true;
                } catch (RuntimeException failed) {
                    return false;
                }
            }
        },
        REACTIVE {
            @Override
            boolean gets(ApplicationContext context, String path) {
                return Boolean.TRUE.equals(
                        web(context, path).hasElement().onErrorReturn(false).block());
            }
        };

        /** Whether there was an answer. */
        abstract boolean gets(ApplicationContext context, String path);
    }

    @EnableAutoConfiguration
    static class Application {

        @Bean
        @LoadBalanced
        RestClient.Builder restClient() {
            JdkClientHttpRequestFactory requests = new JdkClientHttpRequestFactory();
            requests.setReadTimeout(PATIENCE);
            return RestClient.builder().requestFactory(requests);
        }

        @Bean
        @LoadBalanced
        WebClient.Builder webClient() {
            HttpClient http = HttpClient.create().responseTimeout(PATIENCE);
            return WebClient.builder().clientConnector(new ReactorClientHttpConnector(http));
        }
    }
}
