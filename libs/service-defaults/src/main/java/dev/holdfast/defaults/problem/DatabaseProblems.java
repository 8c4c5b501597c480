package dev.holdfast.defaults.problem;

import dev.holdfast.lock.api.ProblemKind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** A database that is gone, frozen or overloaded is a 503: what was asked may be done or not. */
final class DatabaseProblems implements ProblemTranslator {

    private static final Logger log = LoggerFactory.getLogger(DatabaseProblems.class);

    @Override
    public @Nullable Problem translate(Throwable error) {
        if (error instanceof DataAccessResourceFailureException
                || error instanceof TransientDataAccessException
                || error instanceof CannotCreateTransactionException
                || error instanceof TransactionSystemException) {
            log.warn("The database did not confirm: {}", rootOf(error).getMessage());
            return Problem.of(ProblemKind.STORE_UNAVAILABLE);
        }
        return null;
    }

    private static Throwable rootOf(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
