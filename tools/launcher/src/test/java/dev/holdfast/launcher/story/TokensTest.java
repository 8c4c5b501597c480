package dev.holdfast.launcher.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class TokensTest {

    static final List<List<Long>> BAD = List.of(List.of(), List.of(0L), List.of(4L, 4L), List.of(4L, 9L, 8L));

    @Test
    void riseWhenEachIsGreaterThanTheOneBefore() {
        assertThat(new Tokens(List.of(4L, 8L, 9L)).rise()).isTrue();
    }

    @ParameterizedTest
    @FieldSource("BAD")
    void doNotRiseWhenOneIsMissingRepeatedOrLower(List<Long> tokens) {
        assertThat(new Tokens(tokens).rise()).isFalse();
    }
}
