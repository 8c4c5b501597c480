package dev.holdfast.defaults.server;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ServletProblemHandler;
import dev.holdfast.lock.api.ProblemKind;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Names the instance in every answer, and refuses what Spring would silently drop from a path. */
final class ServletEdgeFilter extends OncePerRequestFilter {

    private final String instance;
    private final ServletProblemHandler problems;

    ServletEdgeFilter(String instance, ServletProblemHandler problems) {
        this.instance = instance;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader("Holdfast-Instance", instance);
        // A path parameter (;x=1) is not part of a name, so two names would be one.
        if (request.getRequestURI().indexOf(';') >= 0) {
            problems.write(
                    request,
                    response,
                    Problem.of(ProblemKind.MALFORMED_REQUEST, "A path must have no parameters (;)."));
            return;
        }
        chain.doFilter(request, response);
    }
}
