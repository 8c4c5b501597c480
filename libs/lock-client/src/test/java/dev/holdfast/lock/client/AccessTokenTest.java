package dev.holdfast.lock.client;

import static dev.holdfast.lock.client.Instance.body;
import static dev.holdfast.lock.client.Instance.held;
import static dev.holdfast.lock.client.Instance.released;
import static dev.holdfast.lock.client.Instance.unauthenticated;
import static dev.holdfast.lock.client.Instance.withToken;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.client.LockNotAcquiredException.Reason;
import dev.holdfast.token.ServiceToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** Programs before a lock service that wants a token. */
class AccessTokenTest {
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Duration SHORT_TTL = Duration.ofMillis(900);
    private static final Duration WAIT = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    private Instance instance;

    @BeforeEach
    void start() throws IOException {
        instance = new Instance()
                .onPut(withToken("good", held(1, TTL), unauthenticated()))
                .onDelete(withToken("good", released(), unauthenticated()));
    }

    @AfterEach
    void stop() {
        instance.close();
    }

    @Test
    void withoutATokenNoneIsSentAndARefusalSaysWhatToSet() {
        try (ConfigurableApplicationContext program = program()) {
            LockNotAcquiredException refused =
                    catchThrowableOfType(LockNotAcquiredException.class, () -> program.getBean(Locks.class)
                            .acquire("any", TTL, WAIT));

            assertThat(refused.reason()).isEqualTo(Reason.REFUSED);
            assertThat(refused)
                    .hasMessageContaining("unauthenticated: The token has expired.")
                    .hasMessageContaining("holdfast.locks.token-file")
                    .hasMessageContaining("holdfast.locks.token")
                    .hasMessageContaining("spring.security.oauth2.client.registration.holdfast");
            assertThat(instance.puts()).singleElement().satisfies(put -> assertThat(put.authorization())
                    .isNull());
            assertThat(instance.deletes()).isEmpty();
        }
    }

    @Test
    void whatIsForbiddenIsToldAtOnceInTheServicesWords() {
        instance.onPut(
                body(403, "{\"type\":\"/problems/forbidden\",\"detail\":\"The token lacks the scope locks:write.\"}"));
        try (ConfigurableApplicationContext program = program("holdfast.locks.token=good")) {
            assertThatThrownBy(() -> program.getBean(Locks.class).acquire("any", TTL, WAIT))
                    .isInstanceOfSatisfying(LockNotAcquiredException.class, refused -> assertThat(refused.problem())
                            .hasValue("forbidden"))
                    .hasMessageContaining("The token lacks the scope locks:write.");
            assertThat(instance.puts()).hasSize(1);
        }
    }

    @Test
    void theProgramsBeanComesFirstThenTheFileThenTheSettingThenTheServiceToken() throws IOException {
        instance.onPut(held(1, TTL)).onDelete(released());
        Path file = Files.writeString(folder.resolve("token"), "of-the-file\n");
        List<String> settings = new ArrayList<>();

        assertThat(sent(settings)).isEqualTo("Bearer of-the-service");
        settings.add("holdfast.locks.token=");
        settings.add("holdfast.locks.token-file=");
        assertThat(sent(settings)).isEqualTo("Bearer of-the-service");
        settings.set(0, "holdfast.locks.token=of-the-setting");
        assertThat(sent(settings)).isEqualTo("Bearer of-the-setting");
        settings.set(1, "holdfast.locks.token-file=" + file);
        assertThat(sent(settings)).isEqualTo("Bearer of-the-file");
        AccessToken own = () -> "of-the-bean";
        assertThat(sent(settings, own)).isEqualTo("Bearer of-the-bean");
    }

    private String sent(List<String> settings, AccessToken... own) {
        ServiceToken service = new FixedToken("of-the-service");
        try (ConfigurableApplicationContext program = program(
                context -> {
                    context.registerBean(ServiceToken.class, () -> service);
                    List.of(own).forEach(token -> context.registerBean(AccessToken.class, () -> token));
                },
                settings.toArray(String[]::new))) {
            instance.forget();
            program.getBean(Locks.class).acquire("any", TTL, WAIT).close();
            assertThat(instance.deletes()).singleElement().satisfies(delete -> assertThat(delete.authorization())
                    .isEqualTo(instance.puts().get(0).authorization()));
            return String.valueOf(instance.puts().get(0).authorization());
        }
    }

    private record FixedToken(String value) implements ServiceToken {
        @Override
        public boolean refused(String value) {
            return false;
        }
    }

    @Test
    void aFileIsReadAgainWhenItChanged() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "good");
        try (ConfigurableApplicationContext program = program("holdfast.locks.token-file=" + file)) {
            Locks locks = program.getBean(Locks.class);
            locks.acquire("any", TTL, WAIT).close();

            instance.onPut(withToken("better", held(2, TTL), unauthenticated()))
                    .onDelete(withToken("better", released(), unauthenticated()));
            // As Kubernetes does: another file in its place.
            Files.move(Files.writeString(folder.resolve("next"), "better"), file, REPLACE_EXISTING);

            locks.acquire("any", TTL, WAIT).close();
        }
    }

    @Test
    void aFileThatChangedWithinTheGrainOfItsTimeIsReadAgainWhenItsTokenIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "old");
        var written = Files.getLastModifiedTime(file);
        TokenFile token = new TokenFile(file);
        assertThat(token.value()).isEqualTo("old");
        assertThat(token.refused("old")).isFalse();

        Files.writeString(file, "new");
        Files.setLastModifiedTime(file, written);

        assertThat(token.refused("old")).isTrue();
        assertThat(token.value()).isEqualTo("new");
    }

    @Test
    void withoutATokenFileTheLockIsUnavailableNotRefusedAndNothingIsSent() {
        Path nowhere = folder.resolve("nowhere");
        try (ConfigurableApplicationContext program = program("holdfast.locks.token-file=" + nowhere)) {
            assertThatThrownBy(() -> program.getBean(Locks.class).tryAcquire("any", TTL))
                    .isInstanceOfSatisfying(
                            LockNotAcquiredException.class,
                            unavailable -> assertThat(unavailable.reason()).isEqualTo(Reason.UNAVAILABLE))
                    .hasStackTraceContaining(nowhere.toString());
            assertThat(instance.puts()).isEmpty();
        }
    }

    @Test
    void whatIsNoTokenIsNeitherSentNorRepeated() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "two\nlines");
        try (ConfigurableApplicationContext program = program("holdfast.locks.token-file=" + file)) {
            assertThatThrownBy(() -> program.getBean(Locks.class).tryAcquire("any", TTL))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .satisfies(failure ->
                            assertThat(Throwables.getStackTrace(failure)).doesNotContain("lines"));
            assertThat(instance.puts()).isEmpty();
        }
    }

    /** A token that becomes another one when it is refused. */
    private static final class Refreshed implements AccessToken {
        private final AtomicReference<String> value = new AtomicReference<>("good");
        private volatile String next = "good";

        @Override
        public String value() {
            return value.get();
        }

        @Override
        public boolean refused(String refused) {
            return value.compareAndSet(refused, next) && !next.equals(refused);
        }
    }

    @Test
    void aRefusedTokenIsReplacedWithinTheCall() {
        Refreshed token = new Refreshed();
        token.value.set("old");
        try (ConfigurableApplicationContext program = programWith(token)) {
            program.getBean(Locks.class).tryAcquire("any", TTL).orElseThrow().close();

            assertThat(instance.puts()).hasSize(2);
            assertThat(instance.puts().get(1).id())
                    .isEqualTo(instance.puts().get(0).id());
        }
    }

    @Test
    void aLeaseIsRenewedAgainOnceThereIsATokenThatIsBelieved() {
        Refreshed token = new Refreshed();
        try (ConfigurableApplicationContext program = programWith(token)) {
            Duration ttl = Duration.ofSeconds(3);
            instance.onPut(withToken("good", held(1, ttl), unauthenticated()));
            HeldLease lease = program.getBean(Locks.class).acquire("any", ttl, WAIT);
            instance.onPut(withToken("better", held(1, ttl), unauthenticated()));
            instance.onDelete(withToken("better", released(), unauthenticated()));
            int before = instance.puts().size();
            await().until(() -> instance.puts().size() >= before + 2);
            lease.ensureHeld();

            token.next = "better";
            token.value.set("better");
            await().until(() -> lease.remaining().compareTo(Duration.ofMillis(2500)) > 0);

            lease.close();
            assertThat(instance.deletes()).hasSize(1);
        }
    }

    @Test
    void aLeaseWhoseRenewalsAreRefusedIsLostAtItsDeadlineAndTheReasonIsSaid() {
        try (ConfigurableApplicationContext program = program("holdfast.locks.token=good")) {
            instance.onPut(held(1, SHORT_TTL));
            long start = System.nanoTime();
            HeldLease lease = program.getBean(Locks.class).acquire("any", SHORT_TTL, WAIT);
            instance.onPut(unauthenticated());

            await().pollInterval(Duration.ofMillis(10))
                    .until(() -> lease.remaining().isZero());

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(850));
            assertThat(instance.puts().size()).isGreaterThan(3);
            assertThatThrownBy(lease::close)
                    .isInstanceOf(LeaseLostException.class)
                    .hasMessageContaining("not renewed in time: unauthenticated");
        }
    }

    @Test
    void aReleaseThatIsRefusedIsTriedAgainInTheBackground() {
        Refreshed token = new Refreshed();
        try (ConfigurableApplicationContext program = programWith(token)) {
            HeldLease lease = program.getBean(Locks.class).acquire("any", TTL, WAIT);
            instance.onDelete(withToken("better", released(), unauthenticated()));
            lease.close();
            await().until(() -> instance.deletes().size() >= 2);

            token.value.set("better");

            RemoteLocks locks = program.getBean(RemoteLocks.class);
            await().until(() -> locks.pending() == 0);
        }
    }

    @Test
    void theUserGoesAlongInWhatAHeaderCanCarry() {
        AtomicReference<String> user = new AtomicReference<>("alice {a}");
        LeaseUser current = () -> Optional.ofNullable(user.get());
        try (ConfigurableApplicationContext program =
                program(context -> context.registerBean(LeaseUser.class, () -> current), "holdfast.locks.token=good")) {
            Locks locks = program.getBean(Locks.class);
            for (String name : new String[] {"alice {a}", "Zoë\r\nX-Admin: 1", "x".repeat(300), "", null}) {
                user.set(name);
                locks.acquire("any", TTL, WAIT).close();
            }
        }
        assertThat(instance.puts().stream().map(Instance.Call::user))
                .containsExactly("alice {a}", "Zo???X-Admin: 1", "x".repeat(128), null, null);
        assertThat(instance.deletes().get(0).user()).isEqualTo("alice {a}");
    }

    private ConfigurableApplicationContext programWith(AccessToken token) {
        return program(context -> context.registerBean(AccessToken.class, () -> token));
    }

    private ConfigurableApplicationContext program(String... settings) {
        return program(context -> {}, settings);
    }

    private ConfigurableApplicationContext program(
            ApplicationContextInitializer<GenericApplicationContext> beans, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("holdfast.locks.urls=http://127.0.0.1:" + instance.port());
        all.add("spring.main.banner-mode=off");
        all.add("logging.level.root=off");
        return new SpringApplicationBuilder(Program.class)
                .web(WebApplicationType.NONE)
                .initializers(beans)
                .run(all.stream().map("--"::concat).toArray(String[]::new));
    }
}
