package dev.holdfast.launcher.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.MissingNode;

class CriticalSectionTest {

    private final CriticalSection section = new CriticalSection();
    private final LockClient.Grant grant = new LockClient.Grant(
            new UUID(0, 1),
            1,
            0,
            new Answer(201, HttpHeaders.of(Map.of(), (name, value) -> true), MissingNode.getInstance(), 0, 0));

    @Test
    void countsThoseWhoComeOneAfterTheOther() {
        section.leave(section.enter(1, grant));
        section.leave(section.enter(2, grant));

        assertThat(section.overlaps()).isZero();
        assertThat(section.counter()).isEqualTo(section.visits().size()).isEqualTo(2);
    }

    @Test
    void noticesTwoInsideAndLosesCount() {
        int first = section.enter(1, grant);
        int second = section.enter(2, grant);
        section.leave(first);
        section.leave(second);

        assertThat(section.overlaps()).isEqualTo(1);
        assertThat(section.counter()).isEqualTo(1);
        assertThat(section.visits()).hasSize(2);
    }
}
