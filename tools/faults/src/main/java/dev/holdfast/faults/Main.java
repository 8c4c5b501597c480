package dev.holdfast.faults;

import dev.holdfast.launcher.suite.StartFailure;
import dev.holdfast.launcher.suite.Suite;
import dev.holdfast.launcher.suite.SuiteOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/** Carries out the {@code bin/check-orders} script: its first argument is the project's folder. */
final class Main {

    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final String UNFENCED = "--unfenced";

    private final PrintStream out;
    private final Path root;
    private final Map<String, Integer> numbers = new HashMap<>(Map.of(
            "--orders", 3_000,
            "--clients", 32,
            "--skus", 5,
            "--seconds", 120,
            "--seed", ThreadLocalRandom.current().nextInt(1_000_000)));
    private boolean fenced = true;

    private Main(PrintStream out, Path root) {
        this.out = out;
        this.root = root;
    }

    static void main(String[] arguments) throws Exception {
        var main = new Main(System.out, Path.of(arguments[0]));
        System.exit(main.understands(arguments) ? main.run() : USAGE);
    }

    private boolean understands(String[] arguments) {
        Iterator<String> rest = List.of(arguments).listIterator(1);
        while (rest.hasNext()) {
            String option = rest.next();
            if (option.equals(UNFENCED)) {
                fenced = false;
                continue;
            }
            String value = rest.hasNext() ? rest.next() : "";
            if (!numbers.containsKey(option) || !value.matches("[1-9][0-9]{0,8}")) {
                out.println("check-orders: " + option + " " + value + ": see bin/check-orders --help");
                return false;
            }
            numbers.put(option, Integer.valueOf(value));
        }
        return true;
    }

    private int run() throws Exception {
        var size = new OrderFaults.Size(
                number("--orders"), number("--clients"), number("--skus"), Duration.ofSeconds(number("--seconds")));
        var options = new SuiteOptions(root, root.resolve(".demo/faults"), 0, 1, out::println);
        try (var suite = new Suite(options)) {
            Runtime.getRuntime().addShutdownHook(new Thread(suite::close));
            suite.start();
            var faults = new OrderFaults(suite, number("--seed"), size, out::println);
            OrderReport report = fenced ? faults.run() : faults.runUnfenced();
            out.println(report);
            report.broken().forEach(out::println);
            return report.broken().isEmpty() ? 0 : FAILED;
        } catch (StartFailure failure) {
            out.println(failure.getMessage());
            return FAILED;
        }
    }

    private int number(String name) {
        return Objects.requireNonNull(numbers.get(name));
    }
}
