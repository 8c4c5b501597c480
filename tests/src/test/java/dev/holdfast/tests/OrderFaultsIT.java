package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.faults.OrderFaults;
import dev.holdfast.faults.OrderReport;
import dev.holdfast.launcher.suite.Suite;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A short run of what {@code bin/check-orders} does. */
@ExtendWith(SharedSuite.class)
class OrderFaultsIT {

    private static final OrderFaults.Size SIZE = new OrderFaults.Size(300, 16, 3, Duration.ofSeconds(15));
    private static final int FEWEST_FAULTS = 2;

    @Test
    void ordersUnderRandomFaultsEndAsTheirClientsWereTold(Suite suite) throws Exception {
        long seed = ThreadLocalRandom.current().nextLong(1_000_000);

        OrderReport report = new OrderFaults(suite, seed, SIZE, System.out::println).run();

        System.out.println(report);
        assertThat(report.broken()).as("%s", report).isEmpty();
        assertThat(report.faultCount()).isGreaterThanOrEqualTo(FEWEST_FAULTS);
        assertThat(report.acknowledged()).isGreaterThan(SIZE.orders() / 2);
    }
}
