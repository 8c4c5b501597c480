package dev.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.testing.issuer.BadToken;
import dev.holdfast.testing.issuer.TestIssuer;
import dev.holdfast.testing.issuer.TestToken;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.NestedExceptionUtils;

/** An issuer that is away, comes back, and changes its keys. */
class IssuerTest {
    private final TestIssuer issuer = TestIssuer.start();

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void aServiceStartsWithoutItsIssuerAndSaysSoUntilItIsThere() {
        issuer.stop();
        try (Service service = start(issuer)) {
            for (int i = 0; i < 4; i++) { // more often than it asks
                HttpResponse<String> answer = get(service, token());
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.body()).contains("/problems/issuer-unavailable");
                assertThat(Service.header(answer, "Retry-After")).contains("1");
            }
            // Nobody is told 503 who has no token.
            assertThat(service.send("GET", "/things/a").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void anOutageOfTheIssuerIsNotNoticedAndItsNewKeysAre() {
        try (Service service = start(issuer)) {
            String before = token().mint();
            assertThat(get(service, token()).statusCode()).isEqualTo(200);
            issuer.stop();
            assertThat(get(service, token().subject("another")).statusCode()).isEqualTo(200);
            assertThat(get(service, before).statusCode()).isEqualTo(200);

            issuer.startAgain();
            issuer.rotateKeys();
            assertThat(get(service, token()).statusCode()).isEqualTo(200);
            assertThat(get(service, before).statusCode()).as("remembered").isEqualTo(200);
        }
    }

    @Test
    void unknownKeysDoNotMakeItAskWithoutEnd() {
        try (Service service = start(issuer)) {
            for (int i = 0; i < 20; i++) {
                assertThat(get(service, BadToken.OF_AN_UNKNOWN_KEY.of(token().subject("s" + i)))
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(issuer.keyRequests()).isBetween(1, 3);
            assertThat(get(service, token()).statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    void theKeysMayBeNamedWithoutDiscovery(WebApplicationType type) {
        Map<String, String> settings = Map.of(
                "spring.security.oauth2.resourceserver.jwt.issuer-uri",
                "https://login.example.org/",
                "spring.security.oauth2.resourceserver.jwt.audiences",
                "one,holdfast",
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                issuer.uri() + "/jwks");
        try (Service service = Service.start(type, settings)) {
            assertThat(get(service, token().claim("iss", "https://login.example.org/"))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(get(service, token()).statusCode()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REACTIVE", "SERVLET"})
    @ExtendWith(OutputCaptureExtension.class)
    void withoutAnIssuerOrAnAudienceNothingStarts(WebApplicationType type, CapturedOutput output) {
        for (Map<String, String> settings : List.of(
                Map.<String, String>of(),
                Map.of("spring.security.oauth2.resourceserver.jwt.issuer-uri", issuer.uri()),
                Map.of("spring.security.oauth2.resourceserver.jwt.audiences", "holdfast"))) {
            assertThat(catchThrowable(() -> Service.start(type, settings)))
                    .extracting(NestedExceptionUtils::getMostSpecificCause)
                    .isInstanceOf(NoIssuerException.class);
        }
        assertThat(output)
                .contains(
                        "spring.security.oauth2.resourceserver.jwt.issuer-uri",
                        "HOLDFAST_ISSUER",
                        "spring.security.oauth2.resourceserver.jwt.audiences",
                        "HOLDFAST_AUDIENCE");
    }

    private TestToken token() {
        return issuer.token().scopes("things:read").namespaces("a");
    }

    private static Service start(TestIssuer issuer) {
        return Service.start(WebApplicationType.REACTIVE, issuer.settings());
    }

    private static HttpResponse<String> get(Service service, TestToken token) {
        return get(service, token.mint());
    }

    private static HttpResponse<String> get(Service service, String token) {
        return service.send("GET", "/things/a", "Authorization", "Bearer " + token);
    }
}
