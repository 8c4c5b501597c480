package dev.holdfast.defaults.problem;

import org.jspecify.annotations.Nullable;

/** Says what a library's exception means. A bean of this type is asked before an error counts as unexpected. */
@FunctionalInterface
public interface ProblemTranslator {

    /** The problem that the error stands for, or null when it is none of this translator's. */
    @Nullable
    Problem translate(Throwable error);
}
