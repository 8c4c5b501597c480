package dev.holdfast.launcher.story;

import dev.holdfast.launcher.suite.Suite;
import java.util.List;
import java.util.stream.Stream;

/** Plays what the suite promises, from outside and through the gateway. */
public final class Story implements AutoCloseable {

    private final Registration registration;
    private final Locking locking;
    private final Ordering ordering;
    private final Failover failover;
    private final StoreOutage storeOutage;

    public Story(Suite suite) {
        this.registration = new Registration(suite);
        this.locking = new Locking(suite);
        this.ordering = new Ordering(suite);
        this.failover = new Failover(suite);
        this.storeOutage = new StoreOutage(suite);
    }

    /** The promises, in the order in which they are best told. */
    public List<Chapter> chapters() {
        return Stream.of(
                        registration.chapters(),
                        locking.chapters(),
                        ordering.chapters(),
                        failover.chapters(),
                        storeOutage.chapters())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public void close() {
        locking.close();
        ordering.close();
        failover.close();
        storeOutage.close();
    }
}
