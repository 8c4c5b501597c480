package dev.holdfast.faults;

import dev.holdfast.launcher.story.Answer;
import dev.holdfast.launcher.story.OrderClient;
import dev.holdfast.launcher.suite.Suite;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Orders, while services and Redis are killed, terminated and frozen at random; and then a look at the books. */
public final class OrderFaults {

    /** How long an order may take after the last fault was mended. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** Above this the sample declines a payment. */
    private static final int DECLINED = 51;

    private final Suite suite;
    private final long seed;
    private final Size size;
    private final Consumer<String> log;
    private final String run = "faults-" + UUID.randomUUID().toString().substring(0, 8) + "-";

    /** How much is ordered, by whom, of what, and over what time. */
    public record Size(int orders, int clients, int skus, Duration time) {}

    /**
     * @param suite runs, and runs again when this is over
     * @param seed of all that is left to chance here. When a fault meets which request is not
     * @param log is told of each fault
     */
    public OrderFaults(Suite suite, long seed, Size size, Consumer<String> log) {
        this.suite = suite;
        this.seed = seed;
        this.size = size;
        this.log = log;
    }

    /** Does it, and tells what was seen. */
    public OrderReport run() throws IOException, InterruptedException, ExecutionException, SQLException {
        Books.noteStaleWrites(postgres());
        return watched();
    }

    /** Does it while the inventory refuses no stale write: the report must have some, or it would miss others too. */
    OrderReport runUnfenced() throws IOException, InterruptedException, ExecutionException, SQLException {
        Books.noteStaleWritesAndLetThemPass(postgres());
        return watched();
    }

    private int postgres() {
        return suite.postgres().uri().getPort();
    }

    private OrderReport watched() throws IOException, InterruptedException, ExecutionException, SQLException {
        List<Purchase> purchases = purchases();
        stock(purchases);
        var faults = new Faults(suite, seed, log);
        Set<String> skus = purchases.stream().map(Purchase::sku).collect(Collectors.toSet());
        var stragglers = new Stragglers(suite, skus);
        try (var buyers = new Buyers(suite, purchases, size.clients(), size.time(), PATIENCE)) {
            faults.run(size.time());
            long mended = System.nanoTime();
            buyers.await();
            stragglers.end();
            try (var books = new Books(postgres(), run)) {
                List<String> broken = new ArrayList<>(buyers.broken());
                broken.addAll(books.settled(PATIENCE));
                Duration settled = Duration.ofNanos(System.nanoTime() - mended);
                broken.addAll(books.audit(purchases, buyers.told(), buyers.receipts(), stragglers.ids()));
                return new OrderReport(
                        seed, purchases, buyers.receipts(), faults.done(), stragglers.refused(), settled, broken);
            }
        }
    }

    private List<Purchase> purchases() {
        RandomGenerator chance = RandomGeneratorFactory.getDefault().create(seed);
        return IntStream.range(0, size.orders())
                .mapToObj(i -> new Purchase(
                        run + i,
                        run + chance.nextInt(size.skus()),
                        chance.nextInt(25) == 0 ? DECLINED : 1 + chance.nextInt(3),
                        chance.nextInt(20) == 0))
                .toList();
    }

    /** A little less than is wanted of each, so that the last orders find it sold out. */
    private void stock(List<Purchase> purchases) throws IOException, InterruptedException {
        try (var orders = new OrderClient(suite.gateway(), suite.credentials())) {
            for (int i = 0; i < size.skus(); i++) {
                String sku = run + i;
                int wanted = purchases.stream()
                        .filter(purchase -> purchase.sku().equals(sku) && purchase.quantity() < DECLINED)
                        .mapToInt(Purchase::quantity)
                        .sum();
                Answer answer = orders.restock(sku, 2 * DECLINED + wanted * 3 / 4);
                if (answer.status() != 200) {
                    throw new IOException("A restock was answered with " + answer.status());
                }
            }
        }
    }
}
