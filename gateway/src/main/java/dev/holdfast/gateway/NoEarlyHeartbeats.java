package dev.holdfast.gateway;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.discovery.event.HeartbeatEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.stereotype.Component;

/**
 * Keeps the registry's heartbeats from beans that are still being made.
 *
 * <p>The Eureka client looks at the registry once a second from when it is made. To tell of it, it would have Spring make,
 * on its own thread, each bean that may listen, while the main thread makes the others: when the start takes longer, each
 * holds what the other waits for, and it never ends.
 */
@Component(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME)
class NoEarlyHeartbeats extends SimpleApplicationEventMulticaster {

    private volatile boolean started;

    @Override
    public void multicastEvent(ApplicationEvent event, @Nullable ResolvableType type) {
        if (event instanceof ContextRefreshedEvent) {
            started = true;
        }
        if (started || !(event instanceof HeartbeatEvent)) {
            super.multicastEvent(event, type);
        }
    }
}
