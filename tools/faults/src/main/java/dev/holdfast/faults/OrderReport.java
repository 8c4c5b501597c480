package dev.holdfast.faults;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What became of orders under faults.
 *
 * @param receipts of orders that were acknowledged as settled
 * @param refused how many stale writes the inventory refused
 * @param settled how long after the last fault was mended all orders were, those too that nobody asked for again
 * @param broken what must not be; empty if all is well
 */
public record OrderReport(
        long seed,
        List<Purchase> purchases,
        List<Receipt> receipts,
        Map<Fault, Integer> faults,
        int refused,
        Duration settled,
        List<String> broken) {

    /** How many faults there were. */
    public int faultCount() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** How many orders were acknowledged as settled. */
    public int acknowledged() {
        return receipts.size();
    }

    private long answered(int status) {
        return receipts.stream().filter(receipt -> receipt.status() == status).count();
    }

    /** The longest time without an acknowledged order between the first and the last. */
    private double longestPause() {
        long[] times =
                receipts.stream().mapToLong(Receipt::receivedNanos).sorted().toArray();
        return IntStream.range(1, times.length)
                        .mapToLong(i -> times[i] - times[i - 1])
                        .max()
                        .orElse(0)
                / 1e9;
    }

    private double longestOrder() {
        return receipts.stream()
                        .mapToLong(receipt -> receipt.receivedNanos() - receipt.sentNanos())
                        .max()
                        .orElse(0)
                / 1e9;
    }

    /** The figures, in one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "seed %d: faults %s; %d stale writes refused; %d orders, %d acknowledged (%d confirmed, %d declined, %d out of stock), longest %.1f s,"
                        + " longest without one %.1f s; all settled %.1f s after the last fault; %d broken",
                seed,
                faults,
                refused,
                purchases.size(),
                receipts.size(),
                answered(201),
                answered(402),
                answered(409),
                longestOrder(),
                longestPause(),
                settled.toMillis() / 1e3,
                broken.size());
    }
}
