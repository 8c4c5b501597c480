package dev.holdfast.order.inventory;

import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.lock.client.HeldLease;
import dev.holdfast.lock.client.LeaseLostException;
import dev.holdfast.order.user.CurrentUser;
import dev.holdfast.token.ServiceTokenException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClientException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The inventory: the stock, and what is reserved of it for orders.
 *
 * <p>A call that gets no answer is made once more, on another instance when there is one. The circuit breaker is around
 * both. All throw {@link InventoryUnavailableException} when the outcome is unknown, and {@link ServiceTokenException}
 * when there is no token to call with.
 *
 * <p>The calls are this service's own, by its token. The {@linkplain CurrentUser user} goes along, for the inventory's log.
 *
 * <p>Steps are written under the current lease, whose fencing token goes along: call them inside {@link HeldLease#call}.
 * They throw {@link LeaseLostException}, and send nothing, when it is lost.
 */
@Component
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
        ResponseEntity<String> answer = ask(() -> api.stock(sku));
        if (status(answer) != 200 && status(answer) != 404) {
            throw unexpected(answer);
        }
        return status(answer) == 200;
    }

    /** Sets pieces aside for an order. */
    public Reply reserve(UUID order, String sku, int quantity) {
        return reply(ask(() -> api.reserve(order, new InventoryApi.Wanted(sku, quantity))));
    }

    /** Sells what is reserved. */
    public Reply confirm(UUID order) {
        return reply(ask(() -> api.confirm(order)));
    }

    /** Makes what is reserved available again; a reserve that comes later is refused. */
    public Reply cancel(UUID order, String sku) {
        return reply(ask(() -> api.cancel(order, sku)));
    }

    private ResponseEntity<String> ask(Supplier<ResponseEntity<String>> call) {
        try {
            return breaker.executeSupplier(() -> answer(call));
        } catch (CallNotPermittedException e) {
            throw new InventoryUnavailableException(e);
        }
    }

    /** A 4xx is an answer, not a failure; but a refused token says nothing about the order. */
    private static ResponseEntity<String> answer(Supplier<ResponseEntity<String>> call) {
        try {
            ResponseEntity<String> answer = call.get();
            if (answer.getStatusCode().is5xxServerError() || status(answer) == 401 || status(answer) == 403) {
                throw new InventoryUnavailableException("The inventory answered " + status(answer));
            }
            return answer;
        } catch (RestClientException | IllegalArgumentException e) {
            // The latter is the load balancer's when it knows no instance.
            throw unavailable(e);
        }
    }

    private static RuntimeException unavailable(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServiceTokenException noToken) {
                return noToken;
            }
        }
        return new InventoryUnavailableException(failure);
    }

    private Reply reply(ResponseEntity<String> answer) {
        if (status(answer) < 300) {
            return Reply.DONE;
        }
        String type = typeOf(answer);
        return REFUSALS.entrySet().stream()
                .filter(refusal -> refusal.getKey().type().equals(type))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> unexpected(answer));
    }

    private String typeOf(ResponseEntity<String> answer) {
        try {
            return json.readTree(Objects.requireNonNullElse(answer.getBody(), ""))
                    .path("type")
                    .asString("");
        } catch (JacksonException e) {
            return "";
        }
    }

    private static int status(ResponseEntity<String> answer) {
        return answer.getStatusCode().value();
    }

    private static IllegalStateException unexpected(ResponseEntity<String> answer) {
        return new IllegalStateException("The inventory answered " + status(answer) + ": " + answer.getBody());
    }
}
