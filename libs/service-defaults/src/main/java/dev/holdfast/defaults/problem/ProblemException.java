package dev.holdfast.defaults.problem;

/** Carries a problem out of a place that cannot return one. Expected outcomes are values: write those instead. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public ProblemException(Problem problem) {
        // Nobody reads the stack of an answer, and it is the dear part of an exception.
        super(problem.kind().slug() + ": " + problem.detail(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
