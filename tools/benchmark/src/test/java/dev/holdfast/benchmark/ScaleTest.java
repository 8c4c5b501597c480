package dev.holdfast.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.benchmark.Scale.Case;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScaleTest {

    @Test
    void isFullUnlessToldOtherwise() {
        assertThat(Scale.parse(List.of("--seed", "7")))
                .isEqualTo(new Scale(List.of(Case.values()), 7, 10_000, 1_000_000, 100_000));
    }

    @Test
    void isAsLargeAsItsArgumentsSay() {
        assertThat(Scale.parse(List.of(
                        "pages", "--waiters", "300", "--leases", "5", "hang-ups", "--names", "100", "--seed", "-1")))
                .isEqualTo(new Scale(List.of(Case.PAGES, Case.HANG_UPS), -1, 300, 5, 100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--waiters", "--waiters x", "--waiters 0", "--names 100001", "--many 3", "page"})
    void refusesWhatItDoesNotKnow(String arguments) {
        assertThatThrownBy(() -> Scale.parse(List.of(arguments.split(" "))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
