package dev.holdfast.security;

import dev.holdfast.defaults.problem.ServletProblemHandler;
import dev.holdfast.security.Gate.Passage;
import dev.holdfast.security.Gate.Visit;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ServletRequestPathUtils;

/** The gate of a servlet service. */
final class CallerFilter extends OncePerRequestFilter {
    private final Gate gate;
    private final ServletProblemHandler problems;

    CallerFilter(Gate gate, ServletProblemHandler problems) {
        this.gate = gate;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            Caller caller = caller(visit(request));
            if (caller != null) {
                request.setAttribute(Caller.ATTRIBUTE, caller);
            }
        } catch (Refusal refusal) {
            refusal.challenge().ifPresent(challenge -> response.setHeader(HttpHeaders.WWW_AUTHENTICATE, challenge));
            problems.write(request, response, refusal.problem());
            return;
        }
        chain.doFilter(request, response);
    }

    private @Nullable Caller caller(Visit visit) {
        return switch (gate.ask(visit)) {
            case Passage.Open open -> null;
            case Passage.Known known -> known.caller();
            case Passage.Unverified unverified -> gate.verify(unverified, visit);
        };
    }

    private static Visit visit(HttpServletRequest request) {
        return new Visit(
                HttpMethod.valueOf(request.getMethod()),
                ServletRequestPathUtils.parse(request).pathWithinApplication(),
                lines(request, HttpHeaders.AUTHORIZATION),
                lines(request, Gate.USER));
    }

    private static List<String> lines(HttpServletRequest request, String header) {
        return Collections.list(request.getHeaders(header));
    }
}
