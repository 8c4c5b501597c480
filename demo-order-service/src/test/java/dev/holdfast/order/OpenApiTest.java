package dev.holdfast.order;

import static dev.holdfast.defaults.problem.SampleProblem.*;
import static dev.holdfast.lock.api.ProblemKind.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.openapi.Api;
import dev.holdfast.testing.openapi.Document;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The orders' part of docs/openapi.json. */
class OpenApiTest extends ServiceTest {

    private static final String ORDER = """
            {"id": "019ab2f0-6d2f-7d4b-8c75-4e2a1d7b8f32", "sku": "sku-1", "quantity": 2, "status": "CONFIRMED"}
            """;
    private static final String TOLD = """
            {
              "id": "019ab2f0-6d2f-7d4b-8c75-4e2a1d7b8f32",
              "sku": "sku-1",
              "quantity": 2,
              "status": "CONFIRMED",
              "placedAt": "2026-11-22T20:51:15.442Z",
              "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
              "steps": [
                {"step": "RESERVED", "at": "2026-11-22T20:51:15.461Z", "fencingToken": 1795373475442602},
                {"step": "CHARGED", "at": "2026-11-22T20:51:15.468Z"},
                {"step": "CONFIRMED", "at": "2026-11-22T20:51:15.483Z", "fencingToken": 1795373475479015}
              ]
            }
            """;

    @Test
    void theDocumentTellsWhatTheServiceDoes() throws Exception {
        Api api = api();
        assertThat(api.operations()).isEqualTo(Api.under(mapped(), "/orders"));
        Document.checkedIn().hold(api, "demo-order-service", "/orders");
    }

    private static Set<String> mapped() {
        return ONE.bean(RequestMappingHandlerMapping.class).getHandlerMethods().keySet().stream()
                .flatMap(mapping -> mapping.getMethodsCondition().getMethods().stream()
                        .flatMap(method -> mapping.getPatternValues().stream().map(path -> method + " " + path)))
                .collect(Collectors.toSet());
    }

    private static Api api() throws ClassNotFoundException {
        Api api = new Api()
                .tag("Orders")
                .pathVariable("id", "The order's id", "019ab2f0-6d2f-7d4b-8c75-4e2a1d7b8f32")
                .schema("OrderRequest", """
                        {
                          "type": "object",
                          "required": ["sku", "quantity"],
                          "additionalProperties": false,
                          "properties": {
                            "sku": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"},
                            "quantity": {"type": "integer", "minimum": 1, "maximum": 1000}
                          }
                        }
                        """);
        api.operation("POST /orders", "Place an order")
                .text("Safe to repeat with the same key: it stands for one order of this caller, and goes on with it.")
                .scopes("orders:write")
                .requiredHeader("Idempotency-Key", "1 to 128 printable characters, a new one for each order", "key-1")
                .body("OrderRequest", "{\"sku\": \"sku-1\", \"quantity\": 2}")
                .answer(201, "Confirmed, now or before", view("OrderView"), ORDER)
                .answer(
                        202,
                        "Not finished in 5 s. The work goes on; the same POST again waits for it",
                        view("OrderView"),
                        ORDER.replace("CONFIRMED", "CHARGED"))
                .problems(PAYMENT_DECLINED, PAYMENT_TIMED_OUT, OUT_OF_STOCK)
                .problems(INVALID_ORDER, UNKNOWN_SKU, IDEMPOTENCY_KEY_REUSED)
                .problems(LOCK_UNAVAILABLE, INVENTORY_UNAVAILABLE, PAYMENT_UNAVAILABLE, STORE_UNAVAILABLE);
        api.operation("GET /orders", "The caller's orders, the newest first, 100 a page; with orders:admin everyone's")
                .scopes("orders:read")
                .query("state", "Only those that stand there", "CONFIRMED")
                .query(
                        "cursor",
                        "The nextCursor of the page before",
                        "1795373475442000_019ab2f0-6d2f-7d4b-8c75-4e2a1d7b8f32")
                .answer(200, "A page", view("OrderPage"), "{\"orders\": [" + ORDER + "]}")
                .problems(STORE_UNAVAILABLE);
        api.operation("GET /orders/{id}", "An order, with what was done for it")
                .scopes("orders:read")
                .answer(200, "The order", view("OrderView"), TOLD)
                .problems(NOT_FOUND, STORE_UNAVAILABLE);
        return api;
    }

    /** The record that is answered, which is nobody's but its package's. */
    private static Class<? extends Record> view(String name) throws ClassNotFoundException {
        return Class.forName("dev.holdfast.order.checkout." + name).asSubclass(Record.class);
    }
}
