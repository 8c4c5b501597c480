package dev.holdfast.launcher.story;

import dev.holdfast.launcher.suite.Credentials;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** Speaks the order and stock API as any program from outside would. */
public final class OrderClient implements AutoCloseable {

    /** More than the longest answer, so that a slow one is measured and not cut off. */
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final JsonClient http;

    /** A client of a service behind an address, the gateway's or an instance's. */
    public OrderClient(URI service, Credentials credentials) {
        this.http = new JsonClient(service, credentials);
    }

    /** Places an order, or asks again for one that was placed under the same key. */
    public Answer order(String key, String sku, int quantity) throws IOException, InterruptedException {
        return http.send(http.request("POST", "/orders", Map.of("sku", sku, "quantity", quantity), TIMEOUT)
                .header("Idempotency-Key", key));
    }

    /** Reads an order. */
    public Answer read(String id) throws IOException, InterruptedException {
        return http.send(http.request("/orders/" + id, TIMEOUT).GET());
    }

    /** Lists the newest orders in a state. */
    public Answer list(String state) throws IOException, InterruptedException {
        return http.send(http.request("/orders?state=" + state, TIMEOUT).GET());
    }

    /** Adds pieces to a stock, of a new SKU too. */
    public Answer restock(String sku, int quantity) throws IOException, InterruptedException {
        return http.send(http.request("POST", "/stock/" + sku + "/restock", Map.of("quantity", quantity), TIMEOUT)
                .header("Idempotency-Key", UUID.randomUUID().toString()));
    }

    /** Reads a stock. */
    public Answer stock(String sku) throws IOException, InterruptedException {
        return http.send(http.request("/stock/" + sku, TIMEOUT).GET());
    }

    /** Reserves pieces for an order under a lock's token. The inventory alone answers this, no gateway. */
    public Answer reserve(UUID order, String sku, int quantity, long token) throws IOException, InterruptedException {
        Map<String, Object> body = Map.of("sku", sku, "quantity", quantity);
        return http.send(http.request("PUT", "/reservations/" + order, body, TIMEOUT)
                .header("Fencing-Token", String.valueOf(token)));
    }

    /** Cancels an order's reservation, as {@link #reserve} makes it. */
    public Answer cancel(UUID order, String sku, long token) throws IOException, InterruptedException {
        String path = "/reservations/" + order + "/cancellation?sku=" + sku;
        return http.send(http.request("PUT", path, Map.of(), TIMEOUT).header("Fencing-Token", String.valueOf(token)));
    }

    @Override
    public void close() {
        http.close();
    }
}
