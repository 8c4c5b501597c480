package dev.holdfast.defaults.problem;

import dev.holdfast.lock.api.ProblemKind;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** The container's error page: what went wrong outside of Spring, as a problem too. */
@Controller
class ServletErrorPage implements ErrorController {

    private static final Logger log = LoggerFactory.getLogger(ServletErrorPage.class);

    private final ServletProblemHandler problems;

    ServletErrorPage(ServletProblemHandler problems) {
        this.problems = problems;
    }

    @RequestMapping("${spring.web.error.path:${error.path:/error}}")
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        // Asked for by its own path there is no error to tell of.
        problems.write(request, response, problemOf(request, status == null ? 404 : (int) status));
    }

    private static Problem problemOf(HttpServletRequest request, int status) {
        // A body that broke off has ended the answer for Spring: its problem comes here as a cause.
        for (Throwable cause = cause(request); cause != null; cause = cause.getCause()) {
            if (cause instanceof ProblemException known) {
                return known.problem();
            }
        }
        ProblemKind kind = ProblemAnswer.kindOf(status);
        return kind == null
                ? ProblemAnswer.unexpected(log, request.getMethod(), path(request), cause(request))
                : Problem.of(kind);
    }

    private static String path(HttpServletRequest request) {
        return String.valueOf(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI));
    }

    private static @Nullable Throwable cause(HttpServletRequest request) {
        return (Throwable) request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
    }
}
