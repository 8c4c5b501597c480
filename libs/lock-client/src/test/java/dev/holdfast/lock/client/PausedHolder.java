package dev.holdfast.lock.client;

import dev.holdfast.fencing.StaleTokenException;
import java.time.Duration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A program in a JVM of its own that may be stopped at any time: it takes a lock and writes to a row under it, over and
 * over. Its arguments are the port of the lock service, its locks' TTL, the database's address, and whether the row is
 * guarded.
 */
final class PausedHolder {
    private static final Duration WORK = Duration.ofMillis(5);

    private PausedHolder() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        Duration ttl = Duration.parse(arguments[1]);
        try (ConfigurableApplicationContext program = Program.run(new int[] {port}, "logging.level.dev.holdfast=off");
                GuardedRow row = new GuardedRow(arguments[2], Boolean.parseBoolean(arguments[3]))) {
            Locks locks = program.getBean(Locks.class);
            System.out.println("ready");
            while (true) {
                hold(locks, ttl, row);
            }
        }
    }

    private static void hold(Locks locks, Duration ttl, GuardedRow row) throws InterruptedException {
        try (HeldLease lease = locks.acquire("guarded", ttl, Duration.ofSeconds(30))) {
            for (int i = 0; i < 20; i++) {
                lease.ensureHeld();
                // Whoever is stopped here goes on with what was true before.
                Thread.sleep(WORK.toMillis());
                row.write(lease.fencingToken());
            }
        } catch (LeaseLostException e) {
            System.out.println("lost");
        } catch (StaleTokenException e) {
            System.out.println("stale");
        }
    }
}
