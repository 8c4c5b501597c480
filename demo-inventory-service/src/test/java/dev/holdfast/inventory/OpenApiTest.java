package dev.holdfast.inventory;

import static dev.holdfast.defaults.problem.SampleProblem.*;
import static dev.holdfast.lock.api.ProblemKind.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.openapi.Api;
import dev.holdfast.testing.openapi.Document;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The stock's part of docs/openapi.json. Reservations are between services: the gateway has no way to them. */
class OpenApiTest extends PostgresServiceTest {

    private static final String STOCK = """
            {"sku": "sku-1", "available": 1, "reserved": 0, "sold": 2, "stocked": 3, "fence": 1795373475479015}
            """;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    RequestMappingHandlerMapping mappings;

    @Test
    void theDocumentTellsWhatTheServiceDoes() {
        Api api = api();
        assertThat(api.operations()).isEqualTo(Api.under(mapped(), "/stock"));
        Document.checkedIn().hold(api, "demo-inventory-service", "/stock");
    }

    private Set<String> mapped() {
        return mappings.getHandlerMethods().keySet().stream()
                .flatMap(mapping -> mapping.getMethodsCondition().getMethods().stream()
                        .flatMap(method -> mapping.getPatternValues().stream().map(path -> method + " " + path)))
                .collect(Collectors.toSet());
    }

    private static Api api() {
        Api api = new Api()
                .tag("Stock")
                .pathVariable("sku", "What is sold: [A-Za-z0-9._-]{1,100}", "sku-1")
                .schema("RestockRequest", """
                        {
                          "type": "object",
                          "required": ["quantity"],
                          "additionalProperties": false,
                          "properties": {"quantity": {"type": "integer", "minimum": 1, "maximum": 1000000}}
                        }
                        """);
        api.operation("GET /stock/{sku}", "What there is")
                .scopes("orders:read")
                .answer(200, "The stock", Stock.class, STOCK)
                .problems(NOT_FOUND, STORE_UNAVAILABLE);
        api.operation("POST /stock/{sku}/restock", "Make a SKU known, or raise what there is")
                .scopes("orders:stock")
                .header("Idempotency-Key", "With it, once only: 1 to 128 printable characters", "delivery-7")
                .body("RestockRequest", "{\"quantity\": 3}")
                .answer(200, "The stock after it", Stock.class, STOCK)
                .problems(INVALID_RESTOCK, IDEMPOTENCY_KEY_REUSED, STORE_UNAVAILABLE);
        return api;
    }
}
