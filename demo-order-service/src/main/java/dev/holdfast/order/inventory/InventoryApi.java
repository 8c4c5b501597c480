package dev.holdfast.order.inventory;

import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PutExchange;

/**
 * The inventory's HTTP API. Every call may be repeated. Answers come as they are, problems too.
 *
 * <p>The steps of a reservation want a fencing token: that of the lease under which they are called.
 */
@HttpExchange
interface InventoryApi {

    /** What an order wants. */
    record Wanted(String sku, int quantity) {}

    @GetExchange("/stock/{sku}")
    ResponseEntity<String> stock(@PathVariable String sku);

    @PutExchange(url = "/reservations/{order}", contentType = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<String> reserve(@PathVariable UUID order, @RequestBody Wanted wanted);

    @PutExchange("/reservations/{order}/confirmation")
    ResponseEntity<String> confirm(@PathVariable UUID order);

    @PutExchange("/reservations/{order}/cancellation")
    ResponseEntity<String> cancel(@PathVariable UUID order, @RequestParam String sku);
}
