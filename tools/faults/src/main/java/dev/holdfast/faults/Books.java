package dev.holdfast.faults;

import dev.holdfast.launcher.suite.Postgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the databases of orders and inventory show of the orders of one run, and what they must not. */
final class Books implements AutoCloseable {

    private static final Set<String> FINAL = Set.of("CONFIRMED", "CANCELLED");

    private final Connection orders;
    private final Connection inventory;
    private final String run;

    private record Entry(String id, String key, String sku, int quantity, String status, String payment) {}

    /** @param run what the names of all SKUs of the run begin with */
    Books(int port, String run) throws SQLException {
        this.orders = Postgres.connect(port, "orders");
        this.inventory = Postgres.connect(port, "inventory");
        this.run = run;
    }

    /** From now on the inventory's database notes each write under a token that is lower than one before it. */
    static void noteStaleWrites(int port) throws SQLException {
        watchWrites(port, "new.fence");
    }

    /** The same, and the inventory forgets each token that it has seen: it refuses no stale write. */
    static void noteStaleWritesAndLetThemPass(int port) throws SQLException {
        watchWrites(port, "0");
    }

    /** @param kept what the inventory keeps of a token, in SQL */
    private static void watchWrites(int port, String kept) throws SQLException {
        try (Connection inventory = Postgres.connect(port, "inventory");
                Statement statement = inventory.createStatement()) {
            statement.execute("""
                    create table if not exists highest_token (sku text primary key, token bigint);
                    create table if not exists stale_write (sku text, was bigint, became bigint);
                    create or replace function watch_write() returns trigger language plpgsql as $$
                    begin
                        insert into stale_write select sku, token, new.fence from highest_token
                            where sku = new.sku and token > new.fence;
                        insert into highest_token values (new.sku, new.fence) on conflict (sku) do
                            update set token = greatest(highest_token.token, new.fence);
                        new.fence := %s;
                        return new;
                    end $$;
                    drop trigger if exists watch_write on stock;
                    create trigger watch_write before update on stock
                        for each row when (new.fence <> old.fence) execute function watch_write();
                    """.formatted(kept));
        }
    }

    /** Waits until all orders have ended, and tells those that have not. */
    List<String> settled(Duration limit) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            List<Entry> open = entries().stream()
                    .filter(entry -> !FINAL.contains(entry.status()))
                    .toList();
            if (open.isEmpty() || System.nanoTime() > deadline) {
                return open.stream().map(entry -> entry + " has not ended").toList();
            }
            Thread.sleep(100);
        }
    }

    /**
     * Tells each entry that contradicts another or what a client was told.
     *
     * @param stray the ids of orders that were cancelled and never placed
     */
    List<String> audit(List<Purchase> purchases, Map<String, String> told, List<Receipt> receipts, Set<String> stray)
            throws SQLException {
        List<String> broken = new ArrayList<>();
        Map<String, Entry> byKey = entries().stream().collect(Collectors.toMap(Entry::key, entry -> entry));
        whatWasToldIsThere(told, byKey, broken);
        acknowledgedIsThere(receipts, byKey, broken);
        nothingIsMadeUp(purchases, byKey, broken);
        reservationsAndPaymentsAgree(byKey, stray, broken);
        everyPaymentHasAnOrder(broken);
        everyWriteHasATokenOfItsOwn(broken);
        noWriteIsStale(broken);
        stockIsWhatWasSold(byKey, broken);
        return broken;
    }

    /** Also of orders that were accepted, and whose clients never asked how they ended. */
    private static void whatWasToldIsThere(Map<String, String> told, Map<String, Entry> byKey, List<String> broken) {
        told.forEach((key, id) -> {
            Entry entry = byKey.get(key);
            if (entry == null || !entry.id().equals(id)) {
                broken.add("Order " + id + " of " + key + " stands in the books as " + entry);
            }
        });
    }

    private static void acknowledgedIsThere(List<Receipt> receipts, Map<String, Entry> byKey, List<String> broken) {
        for (Receipt receipt : receipts) {
            Entry entry = byKey.get(receipt.purchase().key());
            String status = receipt.isConfirmed() ? "CONFIRMED" : "CANCELLED";
            if (entry == null
                    || !entry.id().equals(receipt.order())
                    || !entry.status().equals(status)) {
                broken.add(receipt + " stands in the books as " + entry);
            }
        }
    }

    private static void nothingIsMadeUp(List<Purchase> purchases, Map<String, Entry> byKey, List<String> broken) {
        Map<String, Purchase> wanted =
                purchases.stream().collect(Collectors.toMap(Purchase::key, purchase -> purchase));
        for (Entry entry : byKey.values()) {
            Purchase purchase = wanted.get(entry.key());
            if (purchase == null || !purchase.sku().equals(entry.sku()) || purchase.quantity() != entry.quantity()) {
                broken.add(entry + " is not what was ordered: " + purchase);
            }
        }
    }

    private void reservationsAndPaymentsAgree(Map<String, Entry> byKey, Set<String> stray, List<String> broken)
            throws SQLException {
        Map<String, String> reservations = reservations();
        stray.forEach(id -> reservations.remove(id, "CANCELLED 0"));
        for (Entry entry : byKey.values()) {
            String reservation = reservations.remove(entry.id());
            boolean confirmed = entry.status().equals("CONFIRMED");
            boolean reserved = confirmed
                    ? ("CONFIRMED " + entry.quantity()).equals(reservation)
                    : reservation == null || reservation.matches("(CANCELLED|REFUSED) .*");
            boolean paid = confirmed ? "CHARGED".equals(entry.payment()) : !"CHARGED".equals(entry.payment());
            if (!reserved || !paid) {
                broken.add(entry + " has the reservation " + reservation);
            }
        }
        reservations.forEach((id, reservation) -> broken.add("No order " + id + " for the reservation " + reservation));
    }

    private void everyPaymentHasAnOrder(List<String> broken) throws SQLException {
        try (PreparedStatement query = orders.prepareStatement("select * from payment"
                + " where state = 'CHARGED' and not exists (select from orders where id = order_id)")) {
            for (ResultSet row = query.executeQuery(); row.next(); ) {
                broken.add("No order " + row.getString("order_id") + " for a payment");
            }
        }
    }

    /** Each write to the inventory is under a lease of its own: a token of two of them was granted twice. */
    private void everyWriteHasATokenOfItsOwn(List<String> broken) throws SQLException {
        try (PreparedStatement query =
                orders.prepareStatement("select fencing_token, array_agg(order_id || ' ' || step) as writes"
                        + " from order_step join orders on id = order_id where sku like ? || '%'"
                        + " and fencing_token is not null group by fencing_token having count(*) > 1")) {
            query.setString(1, run);
            for (ResultSet row = query.executeQuery(); row.next(); ) {
                broken.add("Token " + row.getLong("fencing_token") + " of the writes " + row.getString("writes"));
            }
        }
    }

    private void noWriteIsStale(List<String> broken) throws SQLException {
        try (PreparedStatement query =
                inventory.prepareStatement("select sku, was, became from stale_write where sku like ? || '%'")) {
            query.setString(1, run);
            for (ResultSet row = query.executeQuery(); row.next(); ) {
                broken.add("%s was written under %d after %d"
                        .formatted(row.getString("sku"), row.getLong("became"), row.getLong("was")));
            }
        }
    }

    private void stockIsWhatWasSold(Map<String, Entry> byKey, List<String> broken) throws SQLException {
        Map<String, Long> sold = byKey.values().stream()
                .filter(entry -> entry.status().equals("CONFIRMED"))
                .collect(Collectors.groupingBy(Entry::sku, Collectors.summingLong(Entry::quantity)));
        try (PreparedStatement query = inventory.prepareStatement("select * from stock where sku like ? || '%'")) {
            query.setString(1, run);
            for (ResultSet row = query.executeQuery(); row.next(); ) {
                long available = row.getLong("available");
                long wanted = sold.getOrDefault(row.getString("sku"), 0L);
                if (available < 0
                        || row.getLong("reserved") != 0
                        || row.getLong("sold") != wanted
                        || available + row.getLong("sold") != row.getLong("stocked")) {
                    broken.add("%s: available %d, reserved %d, sold %d of %d stocked; orders say %d sold"
                            .formatted(
                                    row.getString("sku"),
                                    available,
                                    row.getLong("reserved"),
                                    row.getLong("sold"),
                                    row.getLong("stocked"),
                                    wanted));
                }
            }
        }
    }

    private List<Entry> entries() throws SQLException {
        try (PreparedStatement query = orders.prepareStatement(
                "select id, regexp_replace(idempotency_key, '^.*\\n', '') as key, sku, orders.quantity, status,"
                        + " state from orders left join payment on order_id = id where sku like ? || '%'")) {
            query.setString(1, run);
            List<Entry> entries = new ArrayList<>();
            for (ResultSet row = query.executeQuery(); row.next(); ) {
                String payment = row.getString("state");
                entries.add(new Entry(
                        row.getString("id"),
                        row.getString("key"),
                        row.getString("sku"),
                        row.getInt("quantity"),
                        row.getString("status"),
                        payment == null ? "" : payment));
            }
            return entries;
        }
    }

    /** State and quantity by the id of the order. */
    private Map<String, String> reservations() throws SQLException {
        try (PreparedStatement query = inventory.prepareStatement(
                "select order_id, state, quantity from reservation where sku like ? || '%'")) {
            query.setString(1, run);
            Map<String, String> found = new HashMap<>();
            for (ResultSet row = query.executeQuery(); row.next(); ) {
                found.put(row.getString("order_id"), row.getString("state") + " " + row.getLong("quantity"));
            }
            return found;
        }
    }

    @Override
    public void close() throws SQLException {
        try (orders;
                inventory) {
            // Both.
        }
    }
}
