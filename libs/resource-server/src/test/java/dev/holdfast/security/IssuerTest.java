package dev.holdfast.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import dev.holdfast.testing.issuer.BadToken;
import dev.holdfast.testing.issuer.TestIssuer;
import dev.holdfast.testing.issuer.TestToken;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.NestedExceptionUtils;

/** An issuer that is away, comes back, and changes its keys. */
class IssuerTest {
    private static final String ISSUER = "spring.security.oauth2.resourceserver.jwt.issuer-uri";
    private static final String AUDIENCES = "spring.security.oauth2.resourceserver.jwt.audiences";

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
    void whileTheIssuerIsAwayAForgedTokenIsRefusedAndAGoodOneIsNot() {
        try (Service service = start(issuer)) {
            assertThat(get(service, token()).statusCode()).isEqualTo(200);
            issuer.stop();
            for (int i = 0; i < 4; i++) { // more often than it asks
                TestToken unseen = token().subject("s" + i);
                assertThat(get(service, BadToken.OF_AN_UNKNOWN_KEY.of(unseen)).statusCode())
                        .isEqualTo(401);
                assertThat(get(service, unseen).statusCode()).isEqualTo(200);
            }
        }
    }

    /** As when its queue is full. */
    @Test
    void aTokenThatCannotBeVerifiedNowIsTriedLater() {
        try (Service service = start(issuer)) {
            String seen = token().mint();
            assertThat(get(service, seen).statusCode()).isEqualTo(200);
            service.bean(CallerWebFilter.class).close();
            HttpResponse<String> answer = get(service, token().subject("another"));
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("/problems/issuer-unavailable");
            assertThat(Service.header(answer, "Retry-After")).contains("1");
            assertThat(get(service, seen).statusCode()).isEqualTo(200);
        }
    }

    /** Refreshes ahead fail, and then the keys are not fresh any more. */
    @Test
    void keysAreKeptThroughAnOutageHoweverOftenTheyAreAskedForAndNotForEver() throws Exception {
        IssuerSettings settings = new IssuerSettings(issuer.uri(), List.of("holdfast"), "", List.of("RS256"));
        try (JWKSetSource<SecurityContext> keys = ((JWKSetBasedJWKSource<SecurityContext>)
                        new IssuerKeys(settings, new DefaultResourceRetriever(1000, 1000)).cached())
                .getJWKSetSource()) {
            long start = System.currentTimeMillis();
            JWKSet had = keys.getJWKSet(JWKSetCacheRefreshEvaluator.noRefresh(), start, null);
            issuer.stop();
            long stale = start + Duration.ofMinutes(6).toMillis();
            for (int i = 0; i < 4; i++) {
                assertThat(keys.getJWKSet(JWKSetCacheRefreshEvaluator.forceRefresh(), stale + i, null)
                                .getKeys())
                        .isEqualTo(had.getKeys());
                assertThat(keys.getJWKSet(JWKSetCacheRefreshEvaluator.noRefresh(), stale + i, null)
                                .getKeys())
                        .isEqualTo(had.getKeys());
            }
            long tooLate = start + Duration.ofHours(25).toMillis();
            assertThatThrownBy(() -> keys.getJWKSet(JWKSetCacheRefreshEvaluator.noRefresh(), tooLate, null))
                    .isInstanceOf(JWKSetUnavailableException.class);
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

    @Test
    void theKeysMayBeNamedWithoutDiscovery() {
        Map<String, String> settings = Map.of(
                ISSUER,
                "https://login.example.org/",
                AUDIENCES,
                "one,holdfast",
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                issuer.uri() + "/jwks");
        try (Service service = Service.start(WebApplicationType.REACTIVE, settings)) {
            assertThat(get(service, token().claim("iss", "https://login.example.org/"))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(get(service, token()).statusCode()).isEqualTo(401);
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void withoutAnIssuerNothingStartsAndItSaysWhatIsMissing(CapturedOutput output) {
        assertThat(catchThrowable(() -> Service.start(WebApplicationType.REACTIVE, Map.of())))
                .extracting(NestedExceptionUtils::getMostSpecificCause)
                .isInstanceOf(NoIssuerException.class);
        assertThat(output).contains(ISSUER, "HOLDFAST_ISSUER", AUDIENCES, "HOLDFAST_AUDIENCE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/"})
    void theActuatorIsNotTheRoot(String basePath) {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SecurityAutoConfiguration.class))
                .withPropertyValues("management.endpoints.web.base-path=" + basePath)
                .withPropertyValues(ISSUER + "=" + issuer.uri(), AUDIENCES + "=holdfast")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("management.endpoints.web.base-path"));
    }

    @ParameterizedTest
    @MethodSource
    void oneOfTheTwoIsNotEnough(String[] settings) {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SecurityAutoConfiguration.class))
                .withPropertyValues(settings)
                .run(context -> assertThat(context).getFailure().hasRootCauseInstanceOf(NoIssuerException.class));
    }

    static Stream<Arguments> oneOfTheTwoIsNotEnough() {
        return Stream.of(
                        new String[] {},
                        new String[] {ISSUER + "=https://login.example.org"},
                        new String[] {AUDIENCES + "=holdfast"},
                        new String[] {ISSUER + "=", AUDIENCES + "=holdfast"},
                        new String[] {ISSUER + "=https://login.example.org", AUDIENCES + "="})
                .map(each -> Arguments.of((Object) each));
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
