package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testing.issuer.TestIssuer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LeaseApiTest extends RedisServiceTest {

    @Test
    void aGrantNamesItsTokenInBodyAndHeaders() {
        Answer granted = put(newId(), body("a", "PT30S"));
        assertThat(granted.status()).isEqualTo(201);
        JsonNode lease = granted.json();
        String token = lease.path("fencingToken").asString();
        assertThat(granted.header("ETag")).isEqualTo('"' + token + '"');
        assertThat(granted.header("Fencing-Token")).isEqualTo(token);
        assertThat(granted.header("Cache-Control")).isEqualTo("no-store");
        assertThat(granted.header("Holdfast-Instance")).isEqualTo("lock-service-under-test");
        assertThat(lease.path("state").asString()).isEqualTo("HELD");
        assertThat(lease.path("expiresInMillis").asLong()).isBetween(29_000L, 30_000L);
        assertThat(lease.propertyNames())
                .containsExactlyInAnyOrder(
                        "id", "state", "locks", "owner", "elapsedMillis", "expiresInMillis", "fencingToken");
    }

    @Test
    void aRenewalIs200UnderTheSameToken() {
        String id = newId();
        String token = put(id, body("a", "PT30S")).header("ETag");
        assertThat(put(id, body("a", "PT10S")).status()).isEqualTo(200);
        Answer renewed = put(id, body("a", "PT20S"), "If-Match", token);
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(renewed.header("ETag")).isEqualTo(token);
        assertThat(renewed.json().path("expiresInMillis").asLong()).isBetween(19_000L, 20_000L);
    }

    @Test
    void aRenewalByTokenNeverAcquires() {
        assertThat(put(newId(), body("a", "PT30S"), "If-Match", "\"17\"").summary())
                .isEqualTo("412 lease-unknown");
        String id = newId();
        put(id, body("a", "PT30S"));
        assertThat(put(id, body("a", "PT30S"), "If-Match", "\"17\"").summary()).isEqualTo("412 stale-token");
    }

    @Test
    void aHeldLockIs409WithItsHolders() {
        String holder = newId();
        put(holder, body("a", "PT30S"));
        Answer refused = put(newId(), body("a", "PT30S"));
        assertThat(refused.summary()).isEqualTo("409 lock-held");
        assertThat(refused.json().path("retryable").asBoolean()).isTrue();
        assertThat(refused.json().path("holders").path(0).path("leaseId").asString())
                .isEqualTo(holder);
    }

    @Test
    void aWaitThatEndsIs202WithAPlace() {
        put(newId(), body("a", "PT30S"));
        put(newId(), body("a", "PT30S"), "Prefer", "wait=0");
        Answer waiting = put(newId(), body("a", "PT30S"), "Prefer", "wait=1");
        assertThat(waiting.status()).isEqualTo(202);
        assertThat(waiting.header("Retry-After")).isEqualTo("0");
        assertThat(waiting.header("Preference-Applied")).isEqualTo("wait=1");
        JsonNode lease = waiting.json();
        assertThat(lease.path("state").asString()).isEqualTo("WAITING");
        assertThat(lease.path("position").asInt()).isEqualTo(2);
        assertThat(lease.path("keepPlaceMillis").asLong()).isEqualTo(5_000);
        assertThat(lease.path("elapsedMillis").asLong()).isBetween(990L, 3_000L);
    }

    @Test
    void aWaitIsAtMost30SecondsAndWhatIsNoNumberIsIgnored() {
        put(newId(), body("a", "PT30S"));
        assertThat(put(newId(), body("a", "PT30S"), "Prefer", "wait=soon").summary())
                .isEqualTo("409 lock-held");
        assertThat(put(newId(), body("a", "PT30S"), "Prefer", "wait=-1").summary())
                .isEqualTo("409 lock-held");
        Answer free = put(newId(), body("free", "PT30S"), "Prefer", "respond-async, wait=\"99999\"");
        assertThat(free.header("Preference-Applied")).isEqualTo("wait=30");
        assertThat(put(newId(), body("b", "PT30S"), "Prefer", "wait=10000000000000000000")
                        .header("Preference-Applied"))
                .isEqualTo("wait=30");
    }

    @Test
    void aReleaseWakesTheNextInOrder() {
        String holder = newId();
        put(holder, body("a", "PT30S"));
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            String id = newId();
            int place = i;
            waits.add(putAsync(id, body("a", "PT30S"), "Prefer", "wait=20").thenAccept(granted -> {
                order.add(granted.status() + " " + place);
                delete(id);
            }));
            await().until(() -> get(leasePath(id)).json().path("position").asInt() == place);
        }
        delete(holder);
        CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new)).join();
        assertThat(order).containsExactly("201 1", "201 2", "201 3", "201 4", "201 5");
    }

    @Test
    void anExpiryWakesTheNext() {
        put(newId(), body("a", "PT1S"));
        Answer granted = put(newId(), body("a", "PT30S"), "Prefer", "wait=10");
        assertThat(granted.status()).isEqualTo(201);
        // Less than the second in which a sweep would find it; the story measures how prompt it is.
        assertThat(granted.json().path("elapsedMillis").asLong()).isBetween(900L, 1_500L);
    }

    @Test
    void anExpiredLeaseIs410ForItsFormerHolder() {
        String id = newId();
        String token = put(id, body("a", "PT0.1S")).header("ETag");
        await().untilAsserted(() -> assertThat(get(leasePath(id)).summary()).isEqualTo("410 lease-expired"));
        assertThat(put(id, body("a", "PT30S"), "If-Match", token).summary()).isEqualTo("410 lease-expired");
        assertThat(put(id, body("a", "PT30S")).json().path("reacquiredByOthers").asBoolean(true))
                .isFalse();
        assertThat(delete(id).summary()).isEqualTo("410 lease-expired");
        put(newId(), body("a", "PT30S"));
        assertThat(delete(id).json().path("reacquiredByOthers").asBoolean()).isTrue();
    }

    @Test
    void aReleaseIs204HoweverOftenAndForAnUnknownIdToo() {
        String id = newId();
        put(id, body("a", "PT30S"));
        assertThat(delete(id).status()).isEqualTo(204);
        assertThat(delete(id).status()).isEqualTo(204);
        assertThat(delete(newId()).status()).isEqualTo(204);
        assertThat(get(leasePath(id)).summary()).isEqualTo("410 lease-released");
    }

    @Test
    void aReleaseThatOvertakesItsPutWins() {
        String id = newId();
        delete(id);
        assertThat(put(id, body("a", "PT30S")).summary()).isEqualTo("410 lease-released");
    }

    @Test
    void aReleaseUnderAnotherTokenReleasesNothing() {
        String id = newId();
        put(id, body("a", "PT30S"));
        assertThat(delete(id, "If-Match", "\"17\"").summary()).isEqualTo("412 stale-token");
        assertThat(get(leasePath(id)).status()).isEqualTo(200);
    }

    @Test
    void headTellsWhetherALeaseIsHeldUnderAToken() {
        String id = newId();
        String token = put(id, body("a", "PT30S")).header("ETag");
        assertThat(send("HEAD", leasePath(id), "If-Match", token).status()).isEqualTo(200);
        assertThat(send("HEAD", leasePath(id), "If-Match", "\"17\"").status()).isEqualTo(412);
        delete(id);
        assertThat(send("HEAD", leasePath(id), "If-Match", token).status()).isEqualTo(412);
        assertThat(send("HEAD", leasePath(newId()), "If-Match", token).status()).isEqualTo(412);
    }

    @Test
    void aMethodThatDoesNotApplyNamesThoseThatDo() {
        Answer refused = send("POST", leasePath(newId()));
        assertThat(refused.summary()).isEqualTo("405 method-not-allowed");
        assertThat(refused.header("Allow").split(",", -1)).containsExactlyInAnyOrder("DELETE", "GET", "HEAD", "PUT");
    }

    @Test
    void anIdStandsForItsLocksAndOwner() {
        String id = newId();
        put(id, body("a", "PT30S"));
        assertThat(put(id, body("b", "PT30S")).summary()).isEqualTo("422 lease-id-reused");
        delete(id);
        assertThat(put(id, body("b", "PT30S")).summary()).isEqualTo("422 lease-id-reused");
    }

    @Test
    void locksAreListedByPrefixAndShownOneByOne() {
        put(
                newId(),
                "{\"locks\":[{\"name\":\"s:1\"}],\"ttl\":\"PT30S\",\"owner\":\"me\",\"metadata\":{\"why\":\"test\"}}");
        put(newId(), body("t:1", "PT30S"));
        put(newId(), body("s:1", "PT30S"), "Prefer", "wait=0");
        JsonNode page = get("/v1/namespaces/" + namespace + "/locks?prefix=s:").json();
        assertThat(page.path("locks")).hasSize(1);
        assertThat(page.path("locks").path(0).path("waiting").asInt()).isEqualTo(1);
        Answer lock = get(lockPath("s:1"));
        JsonNode holder = lock.json().path("holders").path(0);
        assertThat(holder.path("owner").asString()).isEqualTo("me");
        assertThat(holder.path("metadata").path("why").asString()).isEqualTo("test");
        assertThat(lock.json().path("waiters")).hasSize(1);
        assertThat(get(lockPath("s:1"), "If-None-Match", lock.header("ETag")).status())
                .isEqualTo(304);
        assertThat(get(lockPath("s:1"), "If-None-Match", "abc, \"1").status()).isEqualTo(200);
        assertThat(get(lockPath("free")).summary()).isEqualTo("404 not-found");
    }

    @Test
    void aSharedLockHasManyHoldersAndNoFencingToken() {
        String first = newId();
        Answer granted = put(first, used("a", "\"mode\":\"shared\""));
        assertThat(granted.status()).isEqualTo(201);
        assertThat(granted.header("ETag")).isNotEmpty();
        assertThat(granted.header("Fencing-Token")).isEmpty();
        assertThat(granted.json().has("fencingToken")).isFalse();
        assertThat(granted.json().path("locks").path(0).path("mode").asString()).isEqualTo("shared");
        assertThat(put(newId(), used("a", "\"mode\":\"shared\"")).status()).isEqualTo(201);
        Answer refused = put(newId(), body("a", "PT30S"));
        assertThat(refused.summary()).isEqualTo("409 lock-held");
        assertThat(refused.json().path("holders")).hasSize(2);
        assertThat(refused.json().path("holders").path(0).has("fencingToken")).isFalse();
        JsonNode lock = get(lockPath("a")).json();
        assertThat(lock.path("mode").asString()).isEqualTo("shared");
        assertThat(lock.path("holders")).hasSize(2);
    }

    @Test
    void permitsAreCountedAndTheirNumberIsOne() {
        String two = "\"mode\":\"permits\",\"permits\":2,\"of\":3";
        assertThat(put(newId(), used("a", two)).status()).isEqualTo(201);
        assertThat(put(newId(), used("a", two)).summary()).isEqualTo("409 lock-held");
        assertThat(put(newId(), used("a", two.replace("2", "1"))).status()).isEqualTo(201);
        JsonNode lock = get(lockPath("a")).json();
        assertThat(lock.path("mode").asString()).isEqualTo("permits");
        assertThat(lock.path("permits").asInt()).isEqualTo(3);
        assertThat(lock.path("of").asInt()).isEqualTo(3);
        assertThat(lock.path("holders")
                        .path(0)
                        .path("locks")
                        .path(0)
                        .path("permits")
                        .asInt())
                .isEqualTo(2);
        Answer otherNumber = put(newId(), used("a", two.replace("3", "4")));
        assertThat(otherNumber.summary()).isEqualTo("409 capacity-mismatch");
        assertThat(otherNumber.json().path("lock").asString()).isEqualTo("a");
        assertThat(put(newId(), body("a", "PT30S")).summary()).isEqualTo("409 mode-mismatch");
    }

    @Test
    void aHolderMayShareWhatItHasForItself() {
        String id = newId();
        String token = put(id, body("a", "PT30S")).header("ETag");
        String shared = used("a", "\"mode\":\"shared\"");
        assertThat(put(id, shared).summary()).isEqualTo("422 lease-id-reused");
        Answer downgraded = put(id, shared, "If-Match", token);
        assertThat(downgraded.status()).isEqualTo(200);
        assertThat(downgraded.header("ETag")).isEqualTo(token);
        assertThat(downgraded.header("Fencing-Token")).isEmpty();
        assertThat(put(newId(), shared).status()).isEqualTo(201);
        assertThat(put(id, body("a", "PT30S"), "If-Match", token).summary()).isEqualTo("422 lease-id-reused");
    }

    @Test
    void aLockIsBrokenAfterItsGrace() {
        String id = newId();
        put(id, body("a", "PT30S"));
        String wish = "{\"grace\":\"PT1S\",\"reason\":\"the holder hangs\"}";
        Answer broken = post(lockPath("a") + "/break", wish);
        assertThat(broken.status()).isEqualTo(200);
        assertThat(broken.json().path("graceMillis").asLong()).isEqualTo(1_000);
        assertThat(broken.json().path("holders").path(0).path("leaseId").asString())
                .isEqualTo(id);
        Answer renewed = put(id, body("a", "PT30S"));
        assertThat(renewed.status()).isEqualTo(200);
        assertThat(renewed.json().path("revokeInMillis").asLong()).isBetween(1L, 1_000L);
        assertThat(renewed.json().path("expiresInMillis").asLong()).isBetween(1L, 1_000L);
        await().untilAsserted(
                        () -> assertThat(put(id, body("a", "PT30S")).summary()).isEqualTo("410 lease-revoked"));
        assertThat(delete(id).summary()).isEqualTo("410 lease-revoked");
        assertThat(post(lockPath("a") + "/break", wish).summary()).isEqualTo("404 not-found");
    }

    @Test
    void aWaiterIsToldHowLongItWillWaitWhenThatIsKnown() {
        String first = newId();
        put(first, body("a", "PT30S"));
        put(newId(), body("a", "PT30S"), "Prefer", "wait=0");
        assertThat(get(lockPath("a")).json().path("waiters").path(0).has("estimatedWaitMillis"))
                .isFalse();
        delete(first);
        put(newId(), body("b", "PT30S"));
        String second = get(lockPath("a"))
                .json()
                .path("waiters")
                .path(0)
                .path("leaseId")
                .asString();
        put(second, body("a", "PT30S"));
        put(newId(), body("a", "PT30S"), "Prefer", "wait=0");
        assertThat(get(lockPath("a"))
                        .json()
                        .path("waiters")
                        .path(0)
                        .path("estimatedWaitMillis")
                        .asLong(-1))
                .isNotNegative();
    }

    @Test
    void aLockIsWatchedUntilItChanges() {
        String leader = newId();
        put(leader, body("a", "PT30S"));
        String tag = get(lockPath("a")).header("ETag");
        CompletableFuture<Answer> watch =
                CompletableFuture.supplyAsync(() -> get(lockPath("a"), "If-None-Match", tag, "Prefer", "wait=20"));
        String next = newId();
        put(next, body("a", "PT30S"), "Prefer", "wait=0");
        Answer queued = watch.join();
        assertThat(queued.status()).isEqualTo(200);
        assertThat(queued.header("ETag")).isNotEqualTo(tag);
        String known = get(lockPath("a")).header("ETag");
        Answer unchanged = get(lockPath("a"), "If-None-Match", known, "Prefer", "wait=1");
        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.header("Preference-Applied")).isEqualTo("wait=1");
        assertThat(get(lockPath("a"), "If-None-Match", tag, "Prefer", "wait=20").status())
                .isEqualTo(200);
    }

    @Test
    void aWatchEndsWhenTheLockIsFree() {
        String holder = newId();
        put(holder, body("a", "PT1S"));
        String tag = get(lockPath("a")).header("ETag");
        assertThat(get(lockPath("a"), "If-None-Match", tag, "Prefer", "wait=20").summary())
                .isEqualTo("404 not-found");
    }

    @Test
    void aDeadlockIs409WithItsCycle() {
        put(newId(), owned("a", "ann"));
        put(newId(), owned("b", "bob"));
        put(newId(), owned("b", "ann"), "Prefer", "wait=0");
        Answer refused = put(newId(), owned("a", "bob"), "Prefer", "wait=20");
        assertThat(refused.summary()).isEqualTo("409 deadlock");
        assertThat(refused.json().path("cycle").toString())
                .isEqualTo("[{\"owner\":\"bob\",\"waitsFor\":\"a\"},{\"owner\":\"ann\",\"waitsFor\":\"b\"}]");

        String blind = TestIssuer.shared()
                .token()
                .scopes("locks:write")
                .namespaces("*")
                .bearer();
        Answer told = put(newId(), owned("a", "bob"), "Prefer", "wait=20", "Authorization", blind);
        assertThat(told.summary()).isEqualTo("409 deadlock");
        assertThat(told.json().has("cycle")).isFalse();
    }

    private static String owned(String lock, String owner) {
        return "{\"locks\":[{\"name\":\"%s\"}],\"ttl\":\"PT30S\",\"owner\":\"%s\"}".formatted(lock, owner);
    }

    private static String used(String lock, String how) {
        return "{\"locks\":[{\"name\":\"%s\",%s}],\"ttl\":\"PT30S\"}".formatted(lock, how);
    }

    @Test
    void metadataComesBackAsItWasGiven() {
        String metadata = "{\"a\":1E+309,\"b\":0.1234567890123456789,\"c\":[null,true,\"x\"]}";
        String id = newId();
        put(id, "{\"locks\":[{\"name\":\"a\"}],\"ttl\":\"PT30S\",\"metadata\":" + metadata + "}");
        assertThat(get(leasePath(id)).response().body()).contains(metadata);
    }

    @Test
    void aClientThatHangsUpIsNotGranted() throws IOException {
        String holder = newId();
        put(holder, body("a", "PT30S"));
        String gone = newId();
        try (RawConnection connection = new RawConnection(port, 5_000)) {
            connection.send("PUT", leasePath(gone), body("a", "PT30S"), "Prefer: wait=20");
            await().until(() -> get(leasePath(gone)).status() == 200);
        }
        CompletableFuture<Answer> next = putAsync(newId(), body("a", "PT30S"), "Prefer", "wait=20");
        await().until(() -> get(lockPath("a")).json().path("waiting").asInt() == 2);
        delete(holder);
        // The offer to the one that is gone lapses after 5 s, then it is the next one's turn.
        Answer granted = next.join();
        assertThat(granted.status()).isEqualTo(201);
        assertThat(granted.json().path("elapsedMillis").asLong()).isBetween(4_900L, 8_000L);
        assertThat(get(leasePath(gone)).summary()).isEqualTo("410 lease-expired");
        // It never held: there was nothing that others could have taken.
        assertThat(get(leasePath(gone)).json().has("reacquiredByOthers")).isFalse();
    }

    @Test
    void aNamespaceIsHeldToItsOwnLimitsAndSaysSo() {
        namespace = "n-small.er";
        assertRefused(put(newId(), body("a", "PT16S")), "422 invalid-ttl", "PT15S");
        String tooLong = "{\"locks\":[{\"name\":\"a\"}],\"ttl\":\"PT15S\",\"metadata\":{\"a\":\"0123456789abcdef\"}}";
        assertRefused(put(newId(), tooLong), "422 invalid-metadata", "20 bytes");

        put(newId(), body("a", "PT15S"));
        put(newId(), body("b", "PT15S"));
        put(newId(), body("a", "PT15S"), "Prefer", "wait=0");
        assertRefused(put(newId(), body("a", "PT15S"), "Prefer", "wait=0"), "429 queue-full", "1 wait for the lock");
        put(newId(), body("b", "PT15S"), "Prefer", "wait=0");
        assertRefused(put(newId(), body("c", "PT15S")), "429 quota-exceeded", "4 leases, as many");
        delete(newId());
        assertRefused(delete(newId()), "429 quota-exceeded", "1 leases of the namespace have just ended");
    }

    private static void assertRefused(Answer answer, String summary, String detail) {
        assertThat(answer.summary()).isEqualTo(summary);
        assertThat(answer.json().path("detail").asString()).contains(detail);
        assertThat(answer.header("Retry-After")).isEqualTo(answer.status() == 429 ? "1" : "");
    }
}
