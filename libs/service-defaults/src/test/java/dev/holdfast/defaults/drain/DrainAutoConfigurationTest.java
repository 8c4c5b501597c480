package dev.holdfast.defaults.drain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

class DrainAutoConfigurationTest {

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final ApplicationContextRunner service = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(DrainAutoConfiguration.class))
            .withBean("webServer", WebServer.class, () -> new WebServer(events))
            .withBean("broken", Drainable.class, () -> () -> {
                throw new IllegalStateException("cannot drain");
            })
            .withBean("waits", Drainable.class, () -> () -> events.add("drained"));

    @Test
    void openRequestsAreEndedAtTheEndOfTheWindowAndBeforeTheWebServerStops() {
        service.withPropertyValues("holdfast.drain.window=300ms").run(context -> {
            assertThat(timeToClose(context.getSourceApplicationContext())).isGreaterThan(Duration.ofMillis(299));
            assertThat(events).containsExactly("drained", "stopped");
        });
    }

    @Test
    void aWindowOfZeroDoesNotHoldUpTheStop() {
        service.withPropertyValues("holdfast.drain.window=0s", "eureka.client.registry-fetch-interval-seconds=60")
                .run(context -> {
                    assertThat(timeToClose(context.getSourceApplicationContext()))
                            .isLessThan(Duration.ofSeconds(1));
                    assertThat(events).containsExactly("drained", "stopped");
                });
    }

    @Test
    void theWindowIsTheFetchIntervalAndTwoSeconds() {
        service.withPropertyValues("eureka.client.registry-fetch-interval-seconds=0")
                .run(context -> assertThat(timeToClose(context.getSourceApplicationContext()))
                        .isBetween(Duration.ofMillis(1_999), Duration.ofSeconds(3)));
    }

    @Test
    void withoutARegistryThereIsNobodyToWaitFor() {
        service.run(context ->
                assertThat(timeToClose(context.getSourceApplicationContext())).isLessThan(Duration.ofSeconds(1)));
    }

    @Test
    void aNegativeWindowIsRefused() {
        service.withPropertyValues("holdfast.drain.window=-1s")
                .run(context -> assertThat(context).hasFailed());
    }

    private static Duration timeToClose(ConfigurableApplicationContext context) {
        long start = System.nanoTime();
        context.close();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Stops where Boot's web server begins its graceful shutdown. */
    private static final class WebServer implements SmartLifecycle {

        private final List<String> events;
        private volatile boolean running;

        WebServer(List<String> events) {
            this.events = events;
        }

        @Override
        public int getPhase() {
            return SmartLifecycle.DEFAULT_PHASE - 1024;
        }

        @Override
        public void start() {
            running = true;
        }

        @Override
        public void stop() {
            running = false;
            events.add("stopped");
        }

        @Override
        public boolean isRunning() {
            return running;
        }
    }
}
