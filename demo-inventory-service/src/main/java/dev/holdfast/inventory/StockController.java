package dev.holdfast.inventory;

import dev.holdfast.defaults.problem.Problem;
import dev.holdfast.defaults.problem.ProblemException;
import dev.holdfast.defaults.problem.SampleProblem;
import dev.holdfast.defaults.request.IdempotencyKey;
import dev.holdfast.defaults.request.StrictJson;
import dev.holdfast.lock.api.ProblemKind;
import dev.holdfast.security.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** What there is: {@code /stock/{sku}}. */
@RestController
@RequestMapping(path = "/stock/{sku}", produces = MediaType.APPLICATION_JSON_VALUE)
final class StockController {

    private static final Set<String> FIELDS = Set.of("quantity");
    private static final int MOST = 1_000_000;

    private final Inventory inventory;

    StockController(Inventory inventory) {
        this.inventory = inventory;
    }

    @GetMapping
    ResponseEntity<Stock> find(@PathVariable String sku) {
        return answer((Sku.isSku(sku) ? inventory.find(new Sku(sku)) : Optional.<Stock>empty())
                .orElseThrow(() -> new ProblemException(
                        Problem.of(ProblemKind.NOT_FOUND, "Nothing was ever stocked under this SKU."))));
    }

    @PostMapping(path = "/restock", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Stock> restock(@PathVariable String sku, Caller caller, HttpServletRequest request)
            throws IOException {
        Optional<IdempotencyKey> key = IdempotencyKey.of(request.getHeaders(IdempotencyKey.HEADER));
        JsonNode quantity = StrictJson.object(request.getInputStream(), FIELDS).path("quantity");
        if (!Sku.isSku(sku)) {
            throw invalid("A SKU is [A-Za-z0-9._-]{1,100}.");
        }
        if (!Quantities.isBetweenOneAnd(MOST, quantity)) {
            throw invalid("quantity must be a whole number from 1 to 1000000.");
        }
        Sku name = new Sku(sku);
        int pieces = quantity.intValue();
        Restock outcome = inventory.restock(name, pieces, caller.name(), key);
        Audit.restocked(name, pieces, caller, outcome);
        return switch (outcome) {
            case Restock.Done done -> answer(done.stock());
            case Restock.Refused refused -> throw new ProblemException(Problem.of(refused.why()));
        };
    }

    private static ResponseEntity<Stock> answer(Stock stock) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(stock);
    }

    private static ProblemException invalid(String detail) {
        return new ProblemException(Problem.of(SampleProblem.INVALID_RESTOCK, detail));
    }
}
