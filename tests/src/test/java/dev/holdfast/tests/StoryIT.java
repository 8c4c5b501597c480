package dev.holdfast.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.launcher.story.Chapter;
import dev.holdfast.launcher.story.Story;
import dev.holdfast.launcher.story.Verdict;
import dev.holdfast.launcher.suite.Suite;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the demo shows must hold in every build. */
@ExtendWith(SharedSuite.class)
class StoryIT {

    private final Story story;

    StoryIT(Suite suite) {
        this.story = new Story(suite);
    }

    @AfterEach
    void close() {
        story.close();
    }

    @TestFactory
    Stream<DynamicTest> everyPromiseHolds() {
        return story.chapters().stream()
                .map(chapter -> DynamicTest.dynamicTest(chapter.promise(), () -> assertHolds(chapter)));
    }

    private static void assertHolds(Chapter chapter) {
        Verdict verdict = chapter.tell();
        assertThat(verdict.holds()).as(verdict.seen()).isTrue();
    }
}
