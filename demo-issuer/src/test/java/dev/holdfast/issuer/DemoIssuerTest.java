package dev.holdfast.issuer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.holdfast.defaults.HoldfastApplication;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIssuerTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ISSUER = "http://127.0.0.1:8090";
    private static final String DEMO_SECRET = "s3cr3t";
    private static final String ORDERS_SECRET = "0ther-s3cr3t";

    private final HttpClient client = HttpClient.newHttpClient();

    private Path key;
    private ConfigurableApplicationContext issuer;

    @BeforeAll
    void start(@TempDir Path folder) {
        key = folder.resolve("key.json");
        issuer = start(DEMO_SECRET, ORDERS_SECRET);
    }

    @AfterAll
    void stop() {
        issuer.close();
    }

    private ConfigurableApplicationContext start(String demo, String orders) {
        return HoldfastApplication.run(
                DemoIssuerApplication.class,
                "demo-issuer",
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--management.server.address=127.0.0.1",
                "--management.server.port=0",
                "--HOLDFAST_ISSUER_KEY=" + key,
                "--HOLDFAST_DEMO_SECRET=" + demo,
                "--HOLDFAST_CLIENT_SECRET=" + orders);
    }

    @Test
    void aTokenOfDemoIsSignedByAPublishedKeyAndSaysWhatTheServicesAskFor() throws Exception {
        HttpResponse<String> answer = askDemo("scope=locks:read+locks:write");

        assertThat(answer.statusCode()).isEqualTo(200);
        SignedJWT token = token(answer);
        assertThat(token.verify(new RSASSAVerifier(publishedKeys()
                        .getKeyByKeyId(token.getHeader().getKeyID())
                        .toRSAKey())))
                .isTrue();
        assertThat(token.getHeader().getAlgorithm().getName()).isEqualTo("RS256");
        JWTClaimsSet claims = token.getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(ISSUER);
        assertThat(claims.getAudience()).containsExactly("holdfast");
        assertThat(claims.getSubject()).isEqualTo("demo");
        assertThat(claims.getStringListClaim("scope")).containsExactlyInAnyOrder("locks:read", "locks:write");
        assertThat(claims.getStringListClaim("namespaces")).containsExactly("demo", "default");
        assertThat(lifetime(claims)).isEqualTo(3600);
    }

    @Test
    void demoMayAskForNamespacesACallerAndALifetime() throws Exception {
        HttpResponse<String> answer = askDemo(
                "scope=orders:admin&namespaces=team-a.*+orders&namespaces=*&caller=alice@example.org&lifetime=90");

        JWTClaimsSet claims = token(answer).getJWTClaimsSet();
        assertThat(claims.getStringListClaim("namespaces")).containsExactly("team-a.*", "orders", "*");
        assertThat(claims.getSubject()).isEqualTo("alice@example.org");
        assertThat(lifetime(claims)).isBetween(90L, 91L);
        assertThat(json(answer).path("expires_in").asInt()).isBetween(85, 90);
    }

    @Test
    void anotherClientGetsItsOwnNamespacesAndNoOthers() throws Exception {
        JWTClaimsSet claims = token(ask("demo-order-service", ORDERS_SECRET, "scope=users:relay"))
                .getJWTClaimsSet();
        assertThat(claims.getSubject()).isEqualTo("demo-order-service");
        assertThat(claims.getStringListClaim("namespaces")).containsExactly("orders");

        assertRefused(400, "invalid_request", ask("demo-order-service", ORDERS_SECRET, "namespaces=*"));
        assertRefused(400, "invalid_request", ask("demo-order-service", ORDERS_SECRET, "caller=root"));
        assertRefused(400, "invalid_scope", ask("demo-order-service", ORDERS_SECRET, "scope=locks:admin"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "namespaces=Team",
                "namespaces=a/b",
                "namespaces=**",
                "caller=",
                "caller=a+b",
                "caller=a&caller=b",
                "lifetime=0",
                "lifetime=-1",
                "lifetime=1h",
                "lifetime=86401",
                "lifetime=9999999999999999999"
            })
    void whatNoTokenCanContainIsAnInvalidRequest(String parameters) throws Exception {
        assertRefused(400, "invalid_request", askDemo("scope=locks:read&" + parameters));
    }

    @Test
    void whoDoesNotKnowTheSecretGetsNoToken() throws Exception {
        assertRefused(401, "invalid_client", ask("demo", "guessed", "scope=locks:read"));
        assertRefused(401, "invalid_client", ask("nobody", DEMO_SECRET, "scope=locks:read"));
        assertRefused(400, "invalid_scope", askDemo("scope=everything"));
        assertRefused(400, "unsupported_grant_type", post("grant_type=password", "demo", DEMO_SECRET));
    }

    @Test
    void itIsDiscoveredAndItsHealthAloneIsOpen() throws Exception {
        JsonNode discovered = JSON.readTree(
                get("local.server.port", "/.well-known/openid-configuration").body());
        assertThat(discovered.path("issuer").asString()).isEqualTo(ISSUER);
        assertThat(discovered.path("token_endpoint").asString()).isEqualTo(ISSUER + "/oauth2/token");
        assertThat(discovered.path("jwks_uri").asString()).isEqualTo(ISSUER + "/oauth2/jwks");

        assertThat(get("local.management.port", "/actuator/health/readiness").statusCode())
                .isEqualTo(200);
        assertThat(get("local.management.port", "/actuator/prometheus").statusCode())
                .isEqualTo(200);
        assertThat(get("local.management.port", "/actuator").statusCode()).isEqualTo(401);
        assertThat(get("local.server.port", "/elsewhere").statusCode()).isEqualTo(404);
    }

    @Test
    void itsKeyIsForItsOwnerAloneAndOutlivesIt() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        String before = SigningKey.of(key).getKeyID();
        assertThat(publishedKeys().getKeys()).singleElement().satisfies(published -> {
            assertThat(published.getKeyID()).isEqualTo(before);
            assertThat(published.isPrivate()).isFalse();
        });
    }

    @Test
    void withoutASecretItDoesNotStart() {
        assertThatThrownBy(() -> start("", ORDERS_SECRET).close())
                .hasRootCauseInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasStackTraceContaining("HOLDFAST_DEMO_SECRET");
    }

    @Test
    void inProductionItDoesNotStart() {
        assertThatThrownBy(() -> HoldfastApplication.run(
                                DemoIssuerApplication.class, "demo-issuer", "--spring.profiles.active=production")
                        .close())
                .hasRootCauseInstanceOf(InvalidConfigurationPropertyValueException.class)
                .hasStackTraceContaining("Production needs another issuer");
    }

    private HttpResponse<String> askDemo(String parameters) throws Exception {
        return ask("demo", DEMO_SECRET, parameters);
    }

    private HttpResponse<String> ask(String name, String secret, String parameters) throws Exception {
        return post("grant_type=client_credentials&" + parameters, name, secret);
    }

    private HttpResponse<String> post(String form, String name, String secret) throws Exception {
        String credentials = name + ":" + URLEncoder.encode(secret, UTF_8);
        return client.send(
                request("local.server.port", "/oauth2/token")
                        .header(
                                "Authorization",
                                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8)))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String port, String path) throws Exception {
        return client.send(request(port, path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String port, String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + issuer.getEnvironment().getRequiredProperty(port) + path));
    }

    private JWKSet publishedKeys() throws Exception {
        return JWKSet.parse(get("local.server.port", "/oauth2/jwks").body());
    }

    private static SignedJWT token(HttpResponse<String> answer) throws Exception {
        return SignedJWT.parse(json(answer).path("access_token").asString());
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    private static long lifetime(JWTClaimsSet claims) {
        Map<String, Object> dates = claims.toJSONObject();
        return (long) requireNonNull(dates.get("exp")) - (long) requireNonNull(dates.get("iat"));
    }

    private static void assertRefused(int status, String error, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).path("error").asString()).isEqualTo(error);
    }
}
