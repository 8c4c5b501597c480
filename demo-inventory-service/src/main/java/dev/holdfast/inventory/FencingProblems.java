package dev.holdfast.inventory;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemTranslator;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.fencing.FencingTokenException;
import dev.holdfast.fencing.StaleTokenException;
import dev.holdfast.lock.api.ProblemKind;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What is wrong with a fencing token, in this service's words. */
@Component
final class FencingProblems implements ProblemTranslator {

    @Override
    public @Nullable Problem translate(Throwable error) {
        if (error instanceof StaleTokenException) {
            return Problem.of(SampleProblem.STALE_FENCING_TOKEN);
        }
        return error instanceof FencingTokenException
                ? Problem.of(
                        ProblemKind.MALFORMED_REQUEST,
                        "Fencing-Token must be the token of a lease on the SKU's lock, a positive number.")
                : null;
    }
}
