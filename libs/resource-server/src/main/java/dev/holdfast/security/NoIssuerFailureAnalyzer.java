package dev.holdfast.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which two settings are missing. */
final class NoIssuerFailureAnalyzer extends AbstractFailureAnalyzer<NoIssuerException> {

    @Override
    protected FailureAnalysis analyze(Throwable root, NoIssuerException cause) {
        return new FailureAnalysis(
                "This service verifies who calls it, and does not run open: it needs an issuer of tokens and an audience.",
                """
                Set both:
                  spring.security.oauth2.resourceserver.jwt.issuer-uri, or the environment variable HOLDFAST_ISSUER:
                    the issuer's address as its tokens name it, such as https://login.example.org/realms/main
                  spring.security.oauth2.resourceserver.jwt.audiences, or HOLDFAST_AUDIENCE:
                    what its tokens for these services have as their aud, such as holdfast
                On one machine ./demo brings an issuer of its own.""",
                cause);
    }
}
