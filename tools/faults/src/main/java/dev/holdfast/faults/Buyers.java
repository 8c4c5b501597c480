package dev.holdfast.faults;

import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.OrderClient;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Clients that place orders at an even pace, and repeat each until they are told how it ended. */
final class Buyers implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(200);
    /** One in so many is asked for again after it was settled, as if the answer had been lost. */
    private static final int REPEATED = 20;

    private final OrderClient orders;
    private final List<Purchase> purchases;
    private final AtomicInteger next = new AtomicInteger();
    /** The id of each order that a client was told, by its key: settled or not. */
    private final ConcurrentHashMap<String, String> told = new ConcurrentHashMap<>();

    private final ConcurrentLinkedQueue<Receipt> receipts = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> broken = new ConcurrentLinkedQueue<>();
    private final CountDownLatch busy;
    private final long begun = System.nanoTime();
    private final long interval;
    private final long deadline;

    /**
     * Begins at once.
     *
     * @param time over which the orders are spread
     * @param patience how much longer the last of them may take
     */
    Buyers(Suite suite, List<Purchase> purchases, int clients, Duration time, Duration patience) {
        this.orders = new OrderClient(suite.gateway(), suite.credentials());
        this.purchases = purchases;
        this.interval = time.toNanos() / purchases.size();
        this.deadline = begun + time.plus(patience).toNanos();
        this.busy = new CountDownLatch(clients);
        for (int client = 0; client < clients; client++) {
            Thread.startVirtualThread(this::buy);
        }
    }

    private void buy() {
        try {
            for (int i = next.getAndIncrement(); i < purchases.size(); i = next.getAndIncrement()) {
                LockSupport.parkNanos(begun + i * interval - System.nanoTime());
                buy(i);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            busy.countDown();
        }
    }

    private void buy(int number) throws InterruptedException {
        Purchase purchase = purchases.get(number);
        long sent = System.nanoTime();
        while (System.nanoTime() < deadline) {
            Receipt receipt = ask(purchase, sent);
            if (receipt != null) {
                receipts.add(receipt);
                if (number % REPEATED == 0) {
                    askAgain(receipt);
                }
                return;
            }
            if (purchase.forgotten()) {
                return;
            }
            Thread.sleep(PAUSE);
        }
        broken.add(purchase + " was not settled in time");
    }

    /** The receipt, or null if the answer was not the last word. */
    private @Nullable Receipt ask(Purchase purchase, long sent) throws InterruptedException {
        Answer answer;
        try {
            answer = orders.order(purchase.key(), purchase.sku(), purchase.quantity());
        } catch (IOException unheard) {
            return null;
        }
        String order =
                switch (answer.status()) {
                    case 201, 202 -> answer.body().path("id").asString();
                    case 402, 409 -> answer.body().path("order").asString().replace("/orders/", "");
                    default -> "";
                };
        if (!order.isEmpty()) {
            isOneOrder(purchase, order);
        }
        if (!order.isEmpty() && answer.status() != 202) {
            return new Receipt(purchase, order, answer.status(), sent, answer.receivedNanos());
        }
        if (answer.status() != 202 && answer.status() != 503) {
            broken.add(purchase + " was answered with " + answer.status() + " " + answer.body());
        }
        return null;
    }

    private void isOneOrder(Purchase purchase, String order) {
        String before = told.putIfAbsent(purchase.key(), order);
        if (before != null && !before.equals(order)) {
            broken.add(purchase + " was order " + before + " and became " + order);
        }
    }

    private void askAgain(Receipt first) throws InterruptedException {
        Receipt again = ask(first.purchase(), first.sentNanos());
        if (again != null && (!again.order().equals(first.order()) || again.status() != first.status())) {
            broken.add(first + " became " + again);
        }
    }

    /** Returns when the last order was settled, or its time is over. */
    void await() throws InterruptedException {
        busy.await();
    }

    List<Receipt> receipts() {
        return new ArrayList<>(receipts);
    }

    /** The ids of all orders that clients were told, by their keys. */
    Map<String, String> told() {
        return Map.copyOf(told);
    }

    /** What no answer may be. */
    List<String> broken() {
        return new ArrayList<>(broken);
    }

    @Override
    public void close() {
        orders.close();
    }
}
