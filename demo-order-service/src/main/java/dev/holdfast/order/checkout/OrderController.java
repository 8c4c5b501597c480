package dev.holdfast.order.checkout;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.defaults.request.IdempotencyKey;
import dev.holdfast.defaults.request.StrictJson;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.order.checkout.Order.Status;
import dev.holdfast.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Orders over HTTP: {@code /orders}. */
@RestController
@RequestMapping(path = "/orders", produces = MediaType.APPLICATION_JSON_VALUE)
final class OrderController {

    /** How long a request waits for its order before it is answered 202. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Set<String> FIELDS = Set.of("sku", "quantity");
    private static final Set<String> FILTERS = Set.of("state", "cursor");
    /** A path segment as it stands. */
    private static final Pattern SKU = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}");

    private static final Pattern ID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    private static final int MOST = 1_000;

    private final OrderDesk desk;
    private final OrderStore orders;

    OrderController(OrderDesk desk, OrderStore orders) {
        this.desk = desk;
        this.orders = orders;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<OrderView> place(Caller caller, HttpServletRequest request) throws IOException {
        IdempotencyKey key =
                IdempotencyKey.of(request.getHeaders(IdempotencyKey.HEADER)).orElseThrow(IdempotencyKey::malformed);
        JsonNode body = StrictJson.object(request.getInputStream(), FIELDS);
        TraceId trace = TraceId.of(request.getHeader(TraceId.HEADER));
        var wish = new OrderDesk.Wish(Placer.of(caller), key, sku(body.path("sku")), quantity(body.path("quantity")));
        return answer(desk.place(wish, trace, PATIENCE));
    }

    private static ResponseEntity<OrderView> answer(Order order) {
        HttpStatus status =
                switch (order.status()) {
                    case PENDING, RESERVED, CHARGED -> HttpStatus.ACCEPTED;
                    case CONFIRMED -> HttpStatus.CREATED;
                    case CANCELLED ->
                        throw new ProblemException(Problem.of(Objects.requireNonNull(order.reason()))
                                .with("order", path(order)));
                };
        return ResponseEntity.status(status)
                .location(URI.create(path(order)))
                .cacheControl(CacheControl.noStore())
                .body(OrderView.of(order));
    }

    private static String path(Order order) {
        return "/orders/" + order.id();
    }

    @GetMapping("/{id}")
    ResponseEntity<OrderView> find(@PathVariable String id, Caller caller) {
        Optional<Order> found = ID.matcher(id).matches() ? orders.find(UUID.fromString(id)) : Optional.empty();
        return found.filter(order -> order.placer().isSeenBy(caller))
                .map(order ->
                        ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(OrderView.withSteps(order)))
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemKind.NOT_FOUND, "No order has this id.")));
    }

    @GetMapping
    ResponseEntity<OrderPage> list(@RequestParam MultiValueMap<String, String> query, Caller caller) {
        if (!FILTERS.containsAll(query.keySet()) || query.values().stream().anyMatch(values -> values.size() > 1)) {
            throw malformed("A list of orders takes state and cursor, each once.");
        }
        List<Order> found = orders.list(
                Placer.mayReadAll(caller) ? null : caller.name(),
                state(query.getFirst("state")),
                cursor(query.getFirst("cursor")));
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(OrderPage.of(found));
    }

    private static @Nullable Status state(@Nullable String name) {
        return name == null
                ? null
                : Arrays.stream(Status.values())
                        .filter(status -> status.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> malformed("state must be one of " + Arrays.toString(Status.values()) + "."));
    }

    private static @Nullable OrderCursor cursor(@Nullable String text) {
        return text == null
                ? null
                : OrderCursor.parse(text)
                        .orElseThrow(() -> malformed("cursor must be the nextCursor of a page of orders."));
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(Problem.of(ProblemKind.MALFORMED_REQUEST, detail));
    }

    private static String sku(JsonNode sku) {
        if (sku.isString() && SKU.matcher(sku.stringValue()).matches()) {
            return sku.stringValue();
        }
        throw invalid("sku must be a string, [A-Za-z0-9._-]{1,100} and neither . nor ...");
    }

    private static int quantity(JsonNode quantity) {
        if (quantity.isIntegralNumber()
                && quantity.canConvertToInt()
                && quantity.intValue() >= 1
                && quantity.intValue() <= MOST) {
            return quantity.intValue();
        }
        throw invalid("quantity must be a whole number from 1 to 1000.");
    }

    private static ProblemException invalid(String detail) {
        return new ProblemException(Problem.of(SampleProblem.INVALID_ORDER, detail));
    }
}
