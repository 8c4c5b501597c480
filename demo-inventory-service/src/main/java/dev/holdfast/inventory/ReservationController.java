package dev.holdfast.inventory;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.defaults.request.StrictJson;
import dev.holdfast.fencing.FencingToken;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * The steps of an order, for the order service only: {@code /reservations/{orderId}}.
 *
 * <p>Each comes with the {@code Fencing-Token} of a lease on {@code stock:<sku>} and may be repeated.
 */
@RestController
@RequestMapping(path = "/reservations/{orderId}", produces = MediaType.APPLICATION_JSON_VALUE)
final class ReservationController {

    private static final Set<String> FIELDS = Set.of("sku", "quantity");
    private static final int MOST = 1_000;
    private static final Pattern ID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final Inventory inventory;

    ReservationController(Inventory inventory) {
        this.inventory = inventory;
    }

    @PutMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Reservation> reserve(
            @PathVariable String orderId, FencingToken token, Caller caller, HttpServletRequest request)
            throws IOException {
        UUID order = order(orderId);
        JsonNode body = StrictJson.object(request.getInputStream(), FIELDS);
        JsonNode quantity = body.path("quantity");
        if (!body.path("sku").isString() || !Quantities.isBetweenOneAnd(MOST, quantity)) {
            throw new ProblemException(Problem.of(SampleProblem.INVALID_ORDER));
        }
        Sku sku = sku(body.path("sku").stringValue());
        int pieces = quantity.intValue();
        return answer(Audit.step("reserve", order, token, caller, () -> inventory.reserve(order, sku, pieces, token)));
    }

    @PutMapping("/confirmation")
    ResponseEntity<Reservation> confirm(@PathVariable String orderId, FencingToken token, Caller caller) {
        UUID order = order(orderId);
        return answer(Audit.step("confirm", order, token, caller, () -> inventory.confirm(order, token)));
    }

    /** Wants {@code ?sku=}: there may be no reservation yet that would tell it. */
    @PutMapping("/cancellation")
    ResponseEntity<Reservation> cancel(
            @PathVariable String orderId, FencingToken token, Caller caller, HttpServletRequest request) {
        String sku = request.getParameter("sku");
        if (sku == null) {
            throw malformed("The query must name the sku.");
        }
        UUID order = order(orderId);
        Sku name = sku(sku);
        return answer(Audit.step("cancel", order, token, caller, () -> inventory.cancel(order, name, token)));
    }

    private static UUID order(String id) {
        if (!ID.matcher(id).matches()) {
            throw malformed("An order's id is a UUID.");
        }
        return UUID.fromString(id);
    }

    private static Sku sku(String value) {
        if (!Sku.isSku(value)) {
            throw new ProblemException(Problem.of(SampleProblem.INVALID_ORDER));
        }
        return new Sku(value);
    }

    private static ResponseEntity<Reservation> answer(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done done ->
                ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(done.reservation());
            case Outcome.Refused refused -> throw new ProblemException(Problem.of(refused.why()));
        };
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(Problem.of(ProblemKind.MALFORMED_REQUEST, detail));
    }
}
