package dev.holdfast.lock.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeaseIdsTest {

    @Test
    void anIdTellsWhenItWasMade() {
        long before = System.currentTimeMillis();
        UUID id = LeaseIds.next();

        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isBetween(before, System.currentTimeMillis());
    }

    @Test
    void noIdComesTwice() {
        assertThat(Stream.generate(LeaseIds::next).limit(10_000)).doesNotHaveDuplicates();
    }
}
