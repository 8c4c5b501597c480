package dev.holdfast.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.benchmark.Scale.Case;
import dev.holdfast.launcher.suite.LockServices;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code bin/check-scale} tries, small, on the packaged service. */
class ScaleCheckIT {

    private static final Path ROOT = Path.of(System.getProperty("holdfast.root", "../.."));

    /** All but the one that waits until ends are forgotten. */
    private static final Scale SMALL =
            new Scale(List.of(Case.HAND_OFFS, Case.WAKE_UPS, Case.HANG_UPS, Case.PAGES), 1, 300, 0, 1_000);

    @Test
    void everyCaseHolds() throws Exception {
        List<String> lines = new ArrayList<>();
        try (var suite = new LockServices(ROOT, ROOT.resolve("tools/benchmark/target/run"), 2)) {
            assertThat(new ScaleCheck(SMALL, lines::add).run(suite))
                    .as("%s", lines)
                    .isTrue();
        }
        assertThat(lines).hasSize(4).allMatch(line -> line.startsWith("ok "));
    }
}
