package dev.holdfast.order;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An HTTP server that stands where the inventory would, and fails as it is told. */
final class ScriptedInventory {

    /** What goes wrong. */
    enum Fault {
        /** The connection breaks before anything is done. */
        LOST_REQUEST,
        /** It is done, and the connection breaks before the answer. */
        LOST_ANSWER,
        /** It is done, and the answer comes too late. */
        LATE_ANSWER,
        /** It does not know the caller's token. */
        UNAUTHENTICATED,
        /** It says 503. */
        UNAVAILABLE,
        /** Another has had the lock since. */
        STALE_TOKEN
    }

    private final HttpServer server;
    private final Map<String, Integer> available = new HashMap<>();
    private final Map<String, Integer> sold = new HashMap<>();
    private final Map<String, Reservation> reservations = new HashMap<>();
    private final Map<String, Fault> faults = new HashMap<>();
    private final Map<String, Integer> faultsLeft = new HashMap<>();
    private final Map<String, List<Long>> tokens = new HashMap<>();
    private final Map<String, String> users = new HashMap<>();
    private final CountDownLatch never = new CountDownLatch(1);

    ScriptedInventory() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    synchronized void stock(String sku, int pieces) {
        available.merge(sku, pieces, Integer::sum);
    }

    /** {@code available/sold} */
    synchronized String counts(String sku) {
        return available.get(sku) + "/" + sold.getOrDefault(sku, 0);
    }

    /** The fencing tokens that came with the steps of an order. */
    synchronized List<Long> tokens(String order) {
        return List.copyOf(tokens.getOrDefault(order, List.of()));
    }

    /** For whom the last step of an order was done. */
    synchronized @Nullable String user(String order) {
        return users.get(order);
    }

    /** The next calls of this step go wrong: {@code stock}, {@code reserve}, {@code confirm}, {@code cancel}. */
    synchronized void fail(String step, Fault fault, int times) {
        faults.put(step, fault);
        faultsLeft.put(step, times);
    }

    synchronized void mend() {
        faults.clear();
        faultsLeft.clear();
    }

    private synchronized @Nullable Fault nextFault(String step) {
        int left = faultsLeft.getOrDefault(step, 0);
        faultsLeft.put(step, Math.max(0, left - 1));
        return left > 0 ? faults.get(step) : null;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        String step = path[1].equals("stock") ? "stock" : path.length == 3 ? "reserve" : path[3].replace("ation", "");
        step = step.equals("cancell") ? "cancel" : step;
        Fault fault = nextFault(step);
        if (fault == Fault.LOST_REQUEST) {
            exchange.close();
            return;
        }
        boolean known = exchange.getRequestHeaders()
                        .getOrDefault("Authorization", List.of())
                        .toString()
                        .startsWith("[Bearer service-")
                && fault != Fault.UNAUTHENTICATED;
        if (!known) {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        }
        noteUser(path[2], exchange.getRequestHeaders().getFirst("X-User"));
        Answer answer = !known
                ? new Answer(401, "unauthenticated")
                : fault == Fault.UNAVAILABLE
                        ? new Answer(503, "store-unavailable")
                        : fault == Fault.STALE_TOKEN
                                ? new Answer(409, "stale-fencing-token")
                                : answer(
                                        step,
                                        path[2],
                                        exchange.getRequestHeaders().getFirst("Fencing-Token"),
                                        body);
        if (fault == Fault.LOST_ANSWER) {
            exchange.close();
            return;
        }
        if (fault == Fault.LATE_ANSWER) {
            pause();
        }
        byte[] json =
                (answer.slug().isEmpty() ? "{}" : "{\"type\":\"/problems/" + answer.slug() + "\"}").getBytes(UTF_8);
        exchange.sendResponseHeaders(answer.status(), json.length);
        exchange.getResponseBody().write(json);
        exchange.close();
    }

    private synchronized void noteUser(String order, @Nullable String user) {
        if (user != null) {
            users.put(order, user);
        }
    }

    private void pause() {
        try {
            boolean ended = never.await(1_500, TimeUnit.MILLISECONDS);
            assert !ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Answer answer(String step, String name, @Nullable String token, String body) {
        if (!step.equals("stock")) {
            if (token == null) {
                return new Answer(400, "malformed-request");
            }
            tokens.computeIfAbsent(name, order -> new ArrayList<>()).add(Long.valueOf(token));
        }
        return switch (step) {
            case "stock" -> available.containsKey(name) ? new Answer(200, "") : new Answer(404, "not-found");
            case "reserve" -> reserve(name, JsonMapper.shared().readTree(body));
            case "confirm" -> confirm(name);
            case "cancel" -> cancel(name);
            default -> new Answer(404, "not-found");
        };
    }

    private Answer reserve(String order, JsonNode body) {
        Reservation known = reservations.get(order);
        if (known != null) {
            return known.state.equals("CANCELLED") ? new Answer(409, "reservation-cancelled") : new Answer(200, "");
        }
        String sku = body.path("sku").asString();
        int quantity = body.path("quantity").asInt();
        int there = available.getOrDefault(sku, 0);
        if (there < quantity) {
            return new Answer(409, "out-of-stock");
        }
        available.put(sku, there - quantity);
        reservations.put(order, new Reservation(sku, quantity, "RESERVED"));
        return new Answer(200, "");
    }

    private Answer confirm(String order) {
        Reservation known = reservations.get(order);
        if (known == null) {
            return new Answer(404, "not-found");
        }
        if (known.state.equals("RESERVED")) {
            sold.merge(known.sku, known.quantity, Integer::sum);
            reservations.put(order, new Reservation(known.sku, known.quantity, "CONFIRMED"));
        }
        return known.state.equals("CANCELLED") ? new Answer(409, "reservation-cancelled") : new Answer(200, "");
    }

    private Answer cancel(String order) {
        Reservation known = reservations.getOrDefault(order, new Reservation("", 0, "CANCELLED"));
        if (known.state.equals("CONFIRMED")) {
            return new Answer(409, "reservation-confirmed");
        }
        if (known.state.equals("RESERVED")) {
            available.merge(known.sku, known.quantity, Integer::sum);
        }
        reservations.put(order, new Reservation(known.sku, known.quantity, "CANCELLED"));
        return new Answer(200, "");
    }

    private record Reservation(String sku, int quantity, String state) {}

    private record Answer(int status, String slug) {}
}
