package dev.holdfast.order.inventory;

import feign.Response;
import java.util.UUID;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/** The inventory's HTTP API. Every call may be repeated. */
@FeignClient(name = Inventory.SERVICE, configuration = InventoryFeign.class)
interface InventoryApi {

    String FENCING_TOKEN = "Fencing-Token";

    @GetMapping("/stock/{sku}")
    Response stock(@PathVariable String sku);

    @PutMapping(path = "/reservations/{order}", consumes = MediaType.APPLICATION_JSON_VALUE)
    Response reserve(@PathVariable UUID order, @RequestHeader(FENCING_TOKEN) long token, @RequestBody String body);

    @PutMapping("/reservations/{order}/confirmation")
    Response confirm(@PathVariable UUID order, @RequestHeader(FENCING_TOKEN) long token);

    @PutMapping("/reservations/{order}/cancellation")
    Response cancel(@PathVariable UUID order, @RequestHeader(FENCING_TOKEN) long token, @RequestParam String sku);
}
