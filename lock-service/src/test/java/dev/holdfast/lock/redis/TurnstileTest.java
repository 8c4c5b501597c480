package dev.holdfast.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.core.StoreBusyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TurnstileTest {

    private static final int MOST = 2;

    /** What was sent and is not answered. */
    private final List<CompletableFuture<String>> sent = new ArrayList<>();

    private CompletionStage<String> send() {
        var answer = new CompletableFuture<String>();
        sent.add(answer);
        return answer;
    }

    @Test
    void soManyAreUnderWayAndTheOthersFollowInTheOrderInWhichTheyCame() {
        var turnstile = new Turnstile(MOST, Duration.ofMinutes(1));
        List<CompletableFuture<String>> results = IntStream.range(0, 5)
                .mapToObj(i -> turnstile.pass(this::send).toCompletableFuture())
                .toList();
        assertThat(sent).hasSize(MOST);

        sent.get(1).complete("b");
        assertThat(results.get(1)).isCompletedWithValue("b");
        assertThat(sent).hasSize(3);
        sent.get(2).completeExceptionally(new IllegalStateException());
        assertThat(results.get(2)).isCompletedExceptionally();
        assertThat(sent).hasSize(4);

        sent.get(0).complete("a");
        sent.get(3).complete("d");
        sent.get(4).complete("e");
        assertThat(results.get(4)).isCompletedWithValue("e");
        turnstile.pass(this::send);
        turnstile.pass(this::send);
        turnstile.pass(this::send);
        assertThat(sent).as("no more than at first").hasSize(5 + MOST);
    }

    @Test
    void whoStoodInLineTooLongIsRefusedUnsent() {
        var turnstile = new Turnstile(MOST, Duration.ofNanos(-1));
        List<CompletableFuture<String>> results = IntStream.range(0, 4)
                .mapToObj(i -> turnstile.pass(this::send).toCompletableFuture())
                .toList();

        sent.getFirst().complete("a");

        assertThat(sent).hasSize(MOST);
        assertThat(results.get(2)).isCompletedExceptionally();
        assertThat(results.get(3).exceptionNow()).isInstanceOf(StoreBusyException.class);
        assertThat(turnstile.pass(this::send).toCompletableFuture()).isNotDone();
        assertThat(sent).hasSize(3);
    }

    @Test
    void manyThatAreOverAtOnceDoNotPileUp() {
        var turnstile = new Turnstile(1, Duration.ofMinutes(1));
        turnstile.pass(this::send);
        List<CompletableFuture<String>> results = IntStream.range(0, 100_000)
                .mapToObj(i -> turnstile
                        .pass(() -> CompletableFuture.<String>failedFuture(new IllegalStateException()))
                        .toCompletableFuture())
                .toList();

        sent.getFirst().complete("a");

        assertThat(results).allMatch(CompletableFuture::isCompletedExceptionally);
    }

    @Test
    void oneThatCannotEvenBeSentGivesItsPlaceBack() {
        var turnstile = new Turnstile(1, Duration.ofMinutes(1));

        CompletionStage<String> failed = turnstile.pass(() -> {
            throw new IllegalStateException();
        });

        assertThat(failed.toCompletableFuture()).isCompletedExceptionally();
        turnstile.pass(this::send);
        assertThat(sent).hasSize(1);
    }
}
