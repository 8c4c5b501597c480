package dev.holdfast.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

class ServiceTokenTest {
    private static final String CLIENT = "spring.security.oauth2.client.registration.holdfast.";
    private static final String PROVIDER = "spring.security.oauth2.client.provider.holdfast.";

    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ServiceTokenAutoConfiguration.class, SslAutoConfiguration.class));
    private TokenEndpoint endpoint;
    private ApplicationContextRunner program;

    @BeforeEach
    void start() throws IOException {
        endpoint = new TokenEndpoint();
        program = bare.withPropertyValues(
                CLIENT + "client-id=orders",
                CLIENT + "client-secret=for a test",
                CLIENT + "scope=locks:read,locks:write",
                PROVIDER + "issuer-uri=" + endpoint.uri());
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    @Test
    void comesOnceByClientCredentialsFromTheIssuersEndpoint() {
        program.withPropertyValues("holdfast.token.parameters.audience=holdfast")
                .run(context -> {
                    ServiceToken token = context.getBean(ServiceToken.class);

                    IntStream.range(0, 100).parallel().forEach(i -> assertThat(token.value())
                            .isEqualTo("token-1"));

                    assertThat(endpoint.asked()).hasSize(1);
                    assertThat(endpoint.asked().get(0).authorization())
                            .isEqualTo("Basic "
                                    + Base64.getEncoder()
                                            .encodeToString("orders:for+a+test".getBytes(StandardCharsets.UTF_8)));
                    assertThat(endpoint.asked().get(0).form())
                            .contains(
                                    "grant_type=client_credentials",
                                    "locks%3Aread",
                                    "locks%3Awrite",
                                    "audience=holdfast");
                });
    }

    @Test
    void isFetchedInTheBackgroundAtTheStart() {
        program.run(context -> await().until(() -> endpoint.asked().size() == 1));
    }

    @Test
    void comesFromAnEndpointThatTheSettingsName() {
        endpoint.issuer("https://somewhere.else");
        program.withPropertyValues(PROVIDER + "token-uri=" + endpoint.uri() + "/token")
                .run(context ->
                        assertThat(context.getBean(ServiceToken.class).value()).isEqualTo("token-1"));
    }

    @Test
    void isNotAskedOfAnEndpointThatAnotherIssuerNames() {
        endpoint.issuer("https://somewhere.else");
        program.run(context -> {
            assertThatThrownBy(() -> context.getBean(ServiceToken.class).value())
                    .isInstanceOf(ServiceTokenException.class);
            assertThat(endpoint.asked()).isEmpty();
        });
    }

    @Test
    void isRenewedAheadAndNobodyWaitsForThat() {
        endpoint.life(Duration.ofSeconds(3));
        program.run(context -> {
            ServiceToken token = context.getBean(ServiceToken.class);
            assertThat(token.value()).isEqualTo("token-1");
            endpoint.delay(Duration.ofMillis(700));
            await().pollInterval(Duration.ofMillis(10))
                    .until(() -> endpoint.asked().size() == 2);

            long start = System.nanoTime();
            assertThat(token.value()).isEqualTo("token-1");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(300));
            await().until(() -> token.value().equals("token-2"));
        });
    }

    @Test
    void isKeptForAWhileIfTheIssuerDoesNotTellItsLife() {
        endpoint.life(Duration.ZERO);
        program.run(context -> {
            ServiceToken token = context.getBean(ServiceToken.class);
            await().during(Duration.ofSeconds(2))
                    .until(() ->
                            token.value().equals("token-1") && endpoint.asked().size() == 1);
        });
    }

    @Test
    void isUsedWhileItIsValidThoughTheIssuerIsAwayAndNotLonger() {
        endpoint.life(Duration.ofSeconds(3));
        program.run(context -> {
            ServiceToken token = context.getBean(ServiceToken.class);
            assertThat(token.value()).isEqualTo("token-1");
            endpoint.status(503);
            await().until(() -> endpoint.asked().size() >= 2);
            assertThat(token.value()).isEqualTo("token-1");

            await().until(() -> fails(token));
            endpoint.status(200);
            await().until(() -> !fails(token));
        });
    }

    @Test
    void anIssuerThatHasJustFailedIsNotAskedByEachOneWhoWantsAToken() {
        endpoint.status(401);
        program.run(context -> {
            ServiceToken token = context.getBean(ServiceToken.class);
            long start = System.nanoTime();

            for (int i = 0; i < 200; i++) {
                assertThatThrownBy(token::value)
                        .isInstanceOf(ServiceTokenException.class)
                        .hasMessageContaining("invalid_client");
            }

            long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
            assertThat(endpoint.asked()).hasSizeLessThanOrEqualTo((int) (2 + seconds));
        });
    }

    @Test
    void doesNotWaitForAnIssuerThatHangsForEver() {
        endpoint.delay(Duration.ofSeconds(20));
        program.run(context -> {
            long start = System.nanoTime();
            assertThatThrownBy(() -> context.getBean(ServiceToken.class).value())
                    .isInstanceOf(ServiceTokenException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        });
    }

    @Test
    void aTokenThatWasRefusedIsReplacedAtMostOnceInAWhile() {
        program.run(context -> {
            ServiceToken token = context.getBean(ServiceToken.class);
            assertThat(token.refused(token.value())).isTrue();
            assertThat(token.value()).isEqualTo("token-2");

            assertThat(token.refused("token-1")).as("another one is here").isTrue();
            assertThat(token.refused("token-2")).as("the service believes none").isFalse();
            assertThat(token.value()).isEqualTo("token-2");
            assertThat(endpoint.asked()).hasSize(2);
        });
    }

    @Test
    void goesWithTheRequestsOfARestClientAndOnceMoreWhenItIsRefused() throws IOException {
        List<String> seen = new CopyOnWriteArrayList<>();
        HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            seen.add(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.sendResponseHeaders(seen.size() < 2 ? 401 : 204, -1);
            exchange.close();
        });
        service.start();
        program.run(context -> {
            RestClient client = client(context.getBean(ServiceToken.class));
            String uri = "http://127.0.0.1:" + service.getAddress().getPort();

            assertThat(client.put()
                            .uri(uri)
                            .body("body")
                            .retrieve()
                            .toBodilessEntity()
                            .getStatusCode())
                    .isEqualTo(HttpStatus.NO_CONTENT);
            assertThat(seen).containsExactly("Bearer token-1", "Bearer token-2");
        });
        endpoint.status(500);
        program.run(context -> assertThatThrownBy(() -> client(context.getBean(ServiceToken.class))
                        .get()
                        .uri("http://127.0.0.1:" + service.getAddress().getPort())
                        .retrieve()
                        .toBodilessEntity())
                .isInstanceOf(ResourceAccessException.class));
        assertThat(seen).hasSize(2);
        service.stop(0);
    }

    private static RestClient client(ServiceToken token) {
        return RestClient.builder()
                .requestFactory(new JdkClientHttpRequestFactory())
                .requestInterceptor(new ServiceTokenInterceptor(token))
                .build();
    }

    @Test
    void aProgramThatIsNoClientHasNone() {
        bare.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ServiceToken.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {CLIENT + "client-id", CLIENT + "client-secret", PROVIDER + "issuer-uri"})
    void aSettingThatIsMissingIsNamedAtTheStart(String setting) {
        program.withPropertyValues(setting + "=")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(setting));
    }

    private static boolean fails(ServiceToken token) {
        try {
            token.value();
            return false;
        } catch (ServiceTokenException e) {
            return true;
        }
    }
}
