package dev.holdfast.lock.web;

import static dev.holdfast.lock.api.ProblemKind.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lock.api.BreakView;
import dev.holdfast.lock.api.EventView;
import dev.holdfast.lock.api.LeaseView;
import dev.holdfast.lock.api.LockPageView;
import dev.holdfast.lock.api.LockView;
import dev.holdfast.testing.openapi.Api;
import dev.holdfast.testing.openapi.Document;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;

/** The lock API's part of docs/openapi.json. */
class OpenApiTest extends RedisServiceTest {

    private static final String LEASE = "/v1/namespaces/{namespace}/leases/{id}";
    private static final String LOCKS = "/v1/namespaces/{namespace}/locks";
    private static final String TOKEN = "\"1795373475442602\"";

    private static final String HELD = """
            {
              "id": "019ab2f0-5c1e-7c3a-9b64-3d1f0c6a7e21",
              "state": "HELD",
              "locks": [{"name": "stock:sku-1", "mode": "exclusive"}],
              "owner": "order-7f",
              "elapsedMillis": 1,
              "expiresInMillis": 29999,
              "fencingToken": 1795373475442602
            }
            """;
    private static final String WAITING = """
            {
              "id": "019ab2f0-5c1e-7c3a-9b64-3d1f0c6a7e21",
              "state": "WAITING",
              "locks": [{"name": "stock:sku-1", "mode": "exclusive"}],
              "owner": "order-80",
              "elapsedMillis": 20001,
              "position": 1,
              "keepPlaceMillis": 5000
            }
            """;
    private static final String HOLDER = """
            {
              "leaseId": "019ab2f0-5c1e-7c3a-9b64-3d1f0c6a7e21",
              "locks": [{"name": "stock:sku-1", "mode": "exclusive"}],
              "owner": "order-7f",
              "caller": "demo",
              "fencingToken": 1795373475442602,
              "heldMillis": 1200,
              "expiresInMillis": 28800,
              "renewals": 0,
              "metadata": {}
            }
            """;

    @Autowired
    RequestMappingHandlerMapping mappings;

    @Test
    void theDocumentTellsWhatTheServiceDoes() {
        Api api = api();
        assertThat(api.operations()).isEqualTo(Api.under(mapped(), "/v1/"));
        Document.checkedIn().hold(api, "lock-service", "/v1/");
    }

    private Set<String> mapped() {
        return mappings.getHandlerMethods().keySet().stream()
                .flatMap(mapping -> mapping.getMethodsCondition().getMethods().stream()
                        .flatMap(method -> mapping.getPatternsCondition().getPatterns().stream()
                                .map(path -> method + " " + path.getPatternString())))
                .collect(Collectors.toSet());
    }

    private static Api api() {
        Api api = new Api()
                .pathVariable("namespace", "The namespace: [a-z0-9][a-z0-9._-]{0,62}", "demo")
                .pathVariable(
                        "id",
                        "The lease's id, a new UUID for each, best a UUIDv7",
                        "019ab2f0-5c1e-7c3a-9b64-3d1f0c6a7e21")
                .pathVariable("name", "The lock: [A-Za-z0-9._:-]{1,200}", "stock:sku-1");
        leases(api.tag("Leases"));
        locks(api.tag("Locks"));
        return api;
    }

    private static void leases(Api api) {
        api.schema("LeaseRequest", """
                {
                  "type": "object",
                  "required": ["locks", "ttl"],
                  "additionalProperties": false,
                  "properties": {
                    "locks": {
                      "type": "array", "minItems": 1, "maxItems": 32,
                      "description": "Granted together or not at all; no name twice.",
                      "items": {
                        "type": "object",
                        "required": ["name"],
                        "additionalProperties": false,
                        "properties": {
                          "name": {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,200}$"},
                          "mode": {"type": "string", "enum": ["exclusive", "shared", "permits"], "default": "exclusive"},
                          "permits": {"type": "integer", "minimum": 1, "description": "With mode permits, and only with it."},
                          "of": {"type": "integer", "minimum": 1, "maximum": 1000000, "description": "How many permits the lock has: the same for all who use it."}
                        }
                      }
                    },
                    "ttl": {"type": "string", "format": "duration", "description": "An ISO 8601 duration, from 100 ms to the namespace's maximum."},
                    "owner": {"type": "string", "maxLength": 128, "description": "The one sequential actor that holds the lease: a label, by default the lease's id. It authorizes nothing."},
                    "metadata": {"type": "object", "description": "At most 2 KiB."}
                  }
                }
                """);
        api.operation("PUT " + LEASE, "Acquire, go on waiting, or renew: whichever the lease's state asks for")
                .text(
                        "Safe to repeat: a lost answer is never a lost lock. After 202 and 503 send the same request again.")
                .scopes("locks:write")
                .header("Prefer", "Queue and wait up to so many seconds; 30 at most", "wait=20")
                .header("If-Match", "The lease's token: renew, and never acquire anew", TOKEN)
                .body("LeaseRequest", """
                        {"locks": [{"name": "stock:sku-1"}], "ttl": "PT30S", "owner": "order-7f"}
                        """)
                .answer(
                        201,
                        "Granted. ETag is the token; Fencing-Token too, with an exclusive lock",
                        LeaseView.class,
                        HELD)
                .answer(200, "Held already, and renewed", LeaseView.class, HELD)
                .answer(202, "Waiting: send the same request again at once", LeaseView.class, WAITING)
                .problems(LOCK_HELD, DEADLOCK, MODE_MISMATCH, CAPACITY_MISMATCH)
                .problems(LEASE_EXPIRED, LEASE_REVOKED, LEASE_RELEASED, LEASE_OF_ANOTHER, NOT_FOUND)
                .problems(STALE_TOKEN, LEASE_UNKNOWN, LEASE_ID_REUSED, LEASE_ID_STALE)
                .problems(INVALID_NAMESPACE, INVALID_LEASE_ID, INVALID_LOCK_NAME, INVALID_LOCKS, INVALID_MODE)
                .problems(INVALID_PERMITS, INVALID_TTL, INVALID_OWNER, INVALID_METADATA)
                .problems(QUEUE_FULL, QUOTA_EXCEEDED, STORE_UNAVAILABLE);
        api.operation("GET " + LEASE, "The state of a lease")
                .text("With locks:write and without locks:read: one's own only.")
                .scopes("locks:read")
                .header("If-Match", "A token: 412 unless the lease is held under it", TOKEN)
                .answer(200, "Held, or waiting", LeaseView.class, HELD)
                .problems(NOT_FOUND, LEASE_EXPIRED, LEASE_REVOKED, LEASE_RELEASED, STALE_TOKEN, LEASE_UNKNOWN)
                .problems(LEASE_OF_ANOTHER, INVALID_NAMESPACE, INVALID_LEASE_ID, STORE_UNAVAILABLE);
        api.operation("HEAD " + LEASE, "Whether a lease is held under a token; without a body")
                .text("With locks:write and without locks:read: one's own only.")
                .scopes("locks:read")
                .header("If-Match", "The token", TOKEN)
                .answer(200, "It is")
                .problems(NOT_FOUND, LEASE_EXPIRED, LEASE_REVOKED, LEASE_RELEASED, STALE_TOKEN, LEASE_UNKNOWN)
                .problems(LEASE_OF_ANOTHER, INVALID_NAMESPACE, INVALID_LEASE_ID, STORE_UNAVAILABLE);
        api.operation("DELETE " + LEASE, "Release a lease, or leave the queue")
                .scopes("locks:write")
                .header("If-Match", "Only if it is held under this token", TOKEN)
                .answer(204, "Released; on a repeat and for an unknown id too")
                .problems(LEASE_EXPIRED, LEASE_REVOKED, STALE_TOKEN, LEASE_UNKNOWN, LEASE_ID_STALE)
                .problems(LEASE_OF_ANOTHER, NOT_FOUND, INVALID_NAMESPACE, INVALID_LEASE_ID)
                .problems(QUOTA_EXCEEDED, STORE_UNAVAILABLE);
    }

    private static void locks(Api api) {
        String lock = """
                {"name": "stock:sku-1", "mode": "exclusive", "holders": [%s], "waiting": 0}
                """.formatted(HOLDER);
        api.operation("GET " + LOCKS, "The locks in use, 100 a page")
                .scopes("locks:read")
                .query("prefix", "Only those whose names begin so", "stock:")
                .query("cursor", "The nextCursor of the page before", "stock:sku-1")
                .answer(200, "A page", LockPageView.class, "{\"locks\": [" + lock + "]}")
                .problems(INVALID_NAMESPACE, INVALID_PAGE, STORE_UNAVAILABLE);
        api.operation("GET " + LOCKS + "/{name}", "One lock: who holds it, and the first 100 of its queue")
                .scopes("locks:read")
                .header("If-None-Match", "The ETag that the client knows: 304 if it is still that", "\"17\"")
                .header(
                        "Prefer",
                        "With If-None-Match: answer when it changed, after so many seconds at most",
                        "wait=20")
                .answer(200, "In use. Its ETag is a change counter", LockView.class, lock)
                .answer(304, "As the client knows it")
                .problems(NOT_FOUND, INVALID_NAMESPACE, INVALID_LOCK_NAME, STORE_UNAVAILABLE);
        api.schema("BreakRequest", """
                {
                  "type": "object",
                  "required": ["grace", "reason"],
                  "additionalProperties": false,
                  "properties": {
                    "grace": {"type": "string", "format": "duration", "description": "An ISO 8601 duration, from 0 to 1 hour: what holders have left."},
                    "reason": {"type": "string", "minLength": 1, "maxLength": 200, "description": "For the audit log."}
                  }
                }
                """);
        api.operation(
                        "POST " + LOCKS + "/{name}/break",
                        "For operators: end the leases that hold a lock, after a grace")
                .scopes("locks:admin")
                .body("BreakRequest", "{\"grace\": \"PT30S\", \"reason\": \"its holder hangs\"}")
                .answer(200, "The leases that end, with all their locks", BreakView.class, """
                        {"name": "stock:sku-1", "graceMillis": 30000, "holders": [%s]}
                        """.formatted(HOLDER))
                .problems(NOT_FOUND, INVALID_NAMESPACE, INVALID_LOCK_NAME, INVALID_GRACE, INVALID_REASON)
                .problems(STORE_UNAVAILABLE);
        api.operation("GET /v1/namespaces/{namespace}/events", "What happens to leases, as Server-Sent Events")
                .text(
                        "Events: queued, granted, downgraded, released, expired, revoked, left, lapsed; and reset and more after"
                                + " a Last-Event-ID that is not kept any more. The data of each is an EventView, of reset and more a"
                                + " LockPageView. Each 10 s of silence the id alone is sent.")
                .scopes("locks:read")
                .query("prefix", "Only of locks whose names begin so", "stock:")
                .header("Last-Event-ID", "The last that the client has: what followed is sent first", "1795373475442-0")
                .answer(200, "Without end", "text/event-stream", api.schema(EventView.class), """
                        id: 1795373475442-0
                        event: granted
                        data: {"leaseId":"019ab2f0-5c1e-7c3a-9b64-3d1f0c6a7e21","locks":[{"name":"stock:sku-1","mode":"exclusive"}],"owner":"order-7f","fencingToken":1795373475442602,"waitedMillis":0,"at":"2026-11-22T20:51:15.442Z"}
                        """)
                .problems(EVENTS_OFF, TOO_MANY_FOLLOWERS, INVALID_NAMESPACE, INVALID_PAGE, STORE_UNAVAILABLE);
    }
}
