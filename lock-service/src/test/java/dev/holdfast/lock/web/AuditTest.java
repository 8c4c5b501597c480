package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.testing.issuer.TestIssuer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The audit log has one line for each thing that somebody did, and no other. */
class AuditTest extends RedisServiceTest {
    private final Logger audit = (Logger) LoggerFactory.getLogger("dev.holdfast.audit");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        audit.addAppender(lines);
    }

    @AfterEach
    void stop() {
        audit.setLevel(null);
        audit.detachAppender(lines);
    }

    @Test
    void whatAnOperatorBreaksIsLoggedWithWhoAndWhy() {
        String id = newId();
        put(id, body("a", "PT30S"));
        post(lockPath("a") + "/break", "{\"grace\":\"PT0S\",\"reason\":\"it hangs\"}");

        assertThat(logged())
                .containsExactly("INFO break " + namespace + "/a by test after PT0S, leases [" + id + "]: it hangs");
    }

    @Test
    void withDebugEachGrantReleaseAndEndThatSomebodyWasToldIsLogged() {
        audit.setLevel(Level.DEBUG);
        String id = newId();
        String token = put(id, body("a", "PT30S")).header("Fencing-Token");
        put(id, body("a", "PT30S"));
        put(newId(), body("a", "PT30S"));
        delete(id);
        // It is over already, or was never known.
        delete(id);
        put(id, body("a", "PT30S"));
        delete(newId());
        String broken = newId();
        String later = put(broken, body("b", "PT30S")).header("Fencing-Token");
        post(lockPath("b") + "/break", "{\"grace\":\"PT0S\",\"reason\":\"x\"}");
        put(broken, body("b", "PT30S"));

        assertThat(logged())
                .containsExactly(
                        "DEBUG grant " + namespace + "/" + id + " by test, token " + token + ", owner " + id + ", a",
                        // By an admin, of whatever lease.
                        "INFO release " + namespace + "/" + id + " by test",
                        "DEBUG grant " + namespace + "/" + broken + " by test, token " + later + ", owner " + broken
                                + ", b",
                        "INFO break " + namespace + "/b by test after PT0S, leases [" + broken + "]: x",
                        "DEBUG revocation " + namespace + "/" + broken + " by test");
    }

    @Test
    void whatAnAdminDoesToAnothersLeaseIsLogged() {
        String id = newId();
        String waiter = newId();
        String alice = TestIssuer.shared()
                .token()
                .subject("alice")
                .scopes("locks:write")
                .namespaces("*")
                .bearer();
        put(id, body("a", "PT30S"), "Authorization", alice);
        put(waiter, body("a", "PT30S"), "Prefer", "wait=0", "Authorization", alice);
        put(id, body("a", "PT30S"));
        put(waiter, body("a", "PT30S"), "Prefer", "wait=0");
        delete(id);
        put(waiter, body("a", "PT30S"), "Authorization", alice);
        delete(waiter, "Authorization", alice);

        assertThat(logged())
                .containsExactly(
                        "INFO renew " + namespace + "/" + id + " by test, of alice",
                        "INFO renew " + namespace + "/" + waiter + " by test, of alice",
                        "INFO release " + namespace + "/" + id + " by test");
    }

    /** Whatever could end a line, or hide what follows, is refused before it comes here. */
    @Test
    void noCallerCanForgeALine() {
        audit.setLevel(Level.DEBUG);
        for (String evil : List.of(
                "a\\nINFO forged", "a\\r\\nINFO forged", "a\\u0085b", "a\\u2028b", "a\\u001b[2Kb", "a\\u202eb")) {
            Answer owner = put(newId(), "{\"locks\":[{\"name\":\"a\"}],\"ttl\":\"PT1S\",\"owner\":\"" + evil + "\"}");
            assertThat(owner.summary()).isEqualTo("422 invalid-owner");
            Answer reason = post(lockPath("a") + "/break", "{\"grace\":\"PT0S\",\"reason\":\"" + evil + "\"}");
            assertThat(reason.summary()).isEqualTo("422 invalid-reason");
        }
        assertThat(logged()).isEmpty();
    }

    private List<String> logged() {
        return lines.list.stream()
                .map(line -> line.getLevel() + " " + line.getFormattedMessage())
                .toList();
    }
}
