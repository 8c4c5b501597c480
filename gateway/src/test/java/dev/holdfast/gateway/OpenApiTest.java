package dev.holdfast.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.ProblemPages.Description;
import dev.holdfast.gateway.ProblemPages.Descriptions;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.testing.openapi.Api;
import dev.holdfast.testing.openapi.Document;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The frame of docs/openapi.json, and the gateway's own part. */
class OpenApiTest {

    @Test
    void theDocumentTellsWhatTheGatewayDoes() {
        Document.checkedIn().hold(api(), "gateway", "/problems", "/oauth2");
    }

    @Test
    void nothingIsLeftInItThatNoOperationRefersTo() {
        Document.checkedIn().holdFrame(JsonMapper.shared().readTree(FRAME), "gateway");
    }

    /** Those that only services tell each other are on pages of their own all the same. */
    @Test
    void everyKindOfProblemIsOneOfAnOperation() {
        assertThat(ProblemPages.kinds().map(kind -> kind.slug()))
                .filteredOn(slug -> !Document.checkedIn().problems().contains(slug))
                .containsExactlyInAnyOrder(
                        "method-not-allowed", "stale-fencing-token", "reservation-cancelled", "reservation-confirmed");
    }

    private static Api api() {
        String description = """
                {
                  "type": "/problems/lock-held",
                  "title": "The lock is held",
                  "status": 409,
                  "retryable": true,
                  "meaning": "Another lease holds the lock or is ahead in its queue, and this request did not ask to wait.",
                  "remedy": "Send Prefer: wait=20 to queue for it, or try again later under the same id."
                }
                """;
        Api api = new Api()
                .tag("Problems")
                .pathVariable("slug", "The kind of problem: the last segment of its type", "lock-held");
        api.operation("GET /problems", "All kinds of problem; for browsers as a page")
                .answer(
                        200,
                        "What each means and what to do",
                        Descriptions.class,
                        "{\"problems\": [" + description + "]}");
        api.operation("GET /problems/{slug}", "A kind of problem; for browsers as a page")
                .answer(200, "What it means and what to do", Description.class, description)
                .problems(ProblemKind.NOT_FOUND);
        api.tag("Tokens").schema("TokenRequest", """
                        {
                          "type": "object",
                          "required": ["grant_type"],
                          "properties": {
                            "grant_type": {"type": "string", "enum": ["client_credentials"]},
                            "scope": {"type": "string", "description": "Those it asks for, with spaces between."}
                          }
                        }
                        """);
        api.operation("POST /oauth2/token", "A token of the issuer behind this door, if there is one, as in the demo")
                .requiredHeader("Authorization", "Basic, with the client's id and secret", "Basic ZGVtbzpzZWNyZXQ=")
                .body(
                        "application/x-www-form-urlencoded",
                        "TokenRequest",
                        Map.of("grant_type", "client_credentials", "scope", "locks:read locks:write"))
                .answer(
                        200,
                        "The token",
                        "application/json",
                        Map.of("type", "object"),
                        Map.of("access_token", "eyJhbGciOiJSUzI1NiJ9…", "token_type", "Bearer", "expires_in", 3599))
                .problems(ProblemKind.UNAUTHENTICATED);
        return api;
    }

    private static final String FRAME = """
            {
              "openapi": "3.1.0",
              "info": {
                "title": "Holdfast",
                "version": "1",
                "summary": "A distributed lock service, and a sample that sells stock under its locks.",
                "description": "What each promise depends on is in docs/lock-semantics.md. Errors are application/problem+json (RFC 9457); the `type` of each is a page here: [all of them](/problems).",
                "license": {"name": "Apache License, Version 2.0", "identifier": "Apache-2.0"}
              },
              "servers": [{"url": "/"}],
              "tags": [
                {"name": "Leases", "description": "Taking, keeping and giving back locks."},
                {"name": "Locks", "description": "Looking around, for people and operators."},
                {"name": "Orders", "description": "The sample: orders under a lock."},
                {"name": "Stock", "description": "The sample: the guarded resource."},
                {"name": "Problems", "description": "What errors mean and what to do."},
                {"name": "Tokens", "description": "The development issuer."}
              ],
              "components": {
                "schemas": {
                  "Problem": {
                    "type": "object",
                    "description": "A problem (RFC 9457). Some kinds have further members, such as holders.",
                    "required": ["type", "title", "status", "detail", "instance", "retryable"],
                    "properties": {
                      "type": {"type": "string", "format": "uri-reference", "description": "By this programs decide; a page that says what it means and what to do."},
                      "title": {"type": "string"},
                      "status": {"type": "integer", "format": "int32"},
                      "detail": {"type": "string", "description": "What went wrong this time, for people."},
                      "instance": {"type": "string", "format": "uri-reference", "description": "The path of the request."},
                      "retryable": {"type": "boolean", "description": "Whether the same request may succeed later."}
                    }
                  }
                },
                "securitySchemes": {
                  "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of your issuer; in the demo: ./demo token"},
                  "clientCredentials": {
                    "type": "oauth2",
                    "description": "In the demo; elsewhere ask your issuer.",
                    "flows": {
                      "clientCredentials": {
                        "tokenUrl": "/oauth2/token",
                        "scopes": {
                          "locks:read": "See leases, locks and events",
                          "locks:write": "Take, renew and release leases of one's own",
                          "locks:admin": "Break locks; renew and release what is another's",
                          "orders:read": "See one's orders, and the stock",
                          "orders:write": "Place orders",
                          "orders:stock": "Restock",
                          "orders:admin": "See everyone's orders"
                        }
                      }
                    }
                  }
                }
              }
            }
            """;
}
