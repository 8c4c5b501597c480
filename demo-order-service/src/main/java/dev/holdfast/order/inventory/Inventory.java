package dev.holdfast.order.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.defaults.problem.SampleProblem;
import feign.Response;
import feign.RetryableException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The inventory: the stock, and what is reserved of it for orders.
 *
 * <p>A call that gets no answer is made once more, on another instance when there is one. The circuit breaker is around
 * both. All throw {@link InventoryUnavailableException} when the outcome is unknown.
 */
@Component
@EnableFeignClients(clients = InventoryApi.class)
public class Inventory {

    static final String SERVICE = "demo-inventory-service";
    private static final String BREAKER = "inventory";

    private static final Map<SampleProblem, Reply> REFUSALS = Map.of(
            SampleProblem.OUT_OF_STOCK, Reply.OUT_OF_STOCK,
            SampleProblem.UNKNOWN_SKU, Reply.UNKNOWN_SKU,
            SampleProblem.RESERVATION_CANCELLED, Reply.RESERVATION_CANCELLED,
            SampleProblem.STALE_FENCING_TOKEN, Reply.STALE_FENCING_TOKEN);

    private final InventoryApi api;
    private final CircuitBreaker breaker;
    private final JsonMapper json;

    Inventory(InventoryApi api, CircuitBreakerRegistry breakers, JsonMapper json) {
        this.api = api;
        this.breaker = breakers.circuitBreaker(BREAKER);
        this.json = json;
    }

    /** Whether anything was ever stocked under this SKU: once true it stays so. */
    public boolean knows(String sku) {
        Answer answer = ask(() -> api.stock(sku));
        if (answer.status() != 200 && answer.status() != 404) {
            throw unexpected(answer);
        }
        return answer.status() == 200;
    }

    /** Sets pieces aside for an order. */
    public Reply reserve(UUID order, String sku, int quantity, long token) {
        String body = json.writeValueAsString(Map.of("sku", sku, "quantity", quantity));
        return reply(ask(() -> api.reserve(order, token, body)));
    }

    /** Sells what is reserved. */
    public Reply confirm(UUID order, long token) {
        return reply(ask(() -> api.confirm(order, token)));
    }

    /** Makes what is reserved available again; a reserve that comes later is refused. */
    public Reply cancel(UUID order, String sku, long token) {
        return reply(ask(() -> api.cancel(order, token, sku)));
    }

    private Answer ask(Supplier<Response> call) {
        try {
            return breaker.executeSupplier(() -> answer(call));
        } catch (CallNotPermittedException e) {
            throw new InventoryUnavailableException(e);
        }
    }

    /** A 4xx is an answer, not a failure. */
    private Answer answer(Supplier<Response> call) {
        try (Response response = call.get()) {
            if (response.status() >= 500) {
                throw new InventoryUnavailableException("The inventory answered " + response.status());
            }
            String body = response.body() == null
                    ? ""
                    : new String(response.body().asInputStream().readAllBytes(), UTF_8);
            return new Answer(response.status(), body);
        } catch (RetryableException | IOException e) {
            throw new InventoryUnavailableException(e);
        }
    }

    private Reply reply(Answer answer) {
        if (answer.status() < 300) {
            return Reply.DONE;
        }
        String type = typeOf(answer);
        return REFUSALS.entrySet().stream()
                .filter(refusal -> refusal.getKey().type().equals(type))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> unexpected(answer));
    }

    private String typeOf(Answer answer) {
        try {
            return json.readTree(answer.body()).path("type").asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    private static IllegalStateException unexpected(Answer answer) {
        return new IllegalStateException("The inventory answered " + answer.status() + ": " + answer.body());
    }

    private record Answer(int status, String body) {}
}
