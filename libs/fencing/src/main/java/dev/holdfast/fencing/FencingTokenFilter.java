package dev.holdfast.fencing;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Reads the token of a servlet request into its {@linkplain FencingToken#ATTRIBUTE attribute}; a malformed one is a 400. */
public final class FencingTokenFilter extends OncePerRequestFilter {
    private final List<HandlerExceptionResolver> resolvers;

    /** @param resolvers make the answer to a malformed token, as they do for what a controller throws */
    public FencingTokenFilter(List<HandlerExceptionResolver> resolvers) {
        this.resolvers = List.copyOf(resolvers);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            FencingToken.parse(Collections.list(request.getHeaders(FencingToken.HEADER)))
                    .ifPresent(token -> request.setAttribute(FencingToken.ATTRIBUTE, token));
        } catch (FencingTokenException e) {
            refuse(request, response, e);
            return;
        }
        chain.doFilter(request, response);
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, FencingTokenException malformed)
            throws IOException {
        for (HandlerExceptionResolver resolver : resolvers) {
            if (resolver.resolveException(request, response, null, malformed) != null) {
                return;
            }
        }
        response.sendError(malformed.getStatusCode().value());
    }
}
