package dev.holdfast.faults;

import dev.holdfast.launcher.suite.StartFailure;
import dev.holdfast.launcher.suite.Suite;
import dev.holdfast.launcher.suite.SuiteOptions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/** Carries out the {@code bin/check-orders} script: its first argument is the project's folder. */
final class Main {

    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final PrintStream out;
    private final Path root;
    private final Map<String, Integer> numbers = new HashMap<>(Map.of(
            "--orders", 3_000,
            "--clients", 32,
            "--skus", 5,
            "--seconds", 120,
            "--seed", ThreadLocalRandom.current().nextInt(1_000_000)));

    private Main(PrintStream out, Path root) {
        this.out = out;
        this.root = root;
    }

    static void main(String[] arguments) throws Exception {
        var main = new Main(System.out, Path.of(arguments[0]));
        System.exit(main.understands(arguments) ? main.run() : USAGE);
    }

    private boolean understands(String[] arguments) {
        for (int i = 1; i < arguments.length; i += 2) {
            String value = i + 1 < arguments.length ? arguments[i + 1] : "";
            if (!numbers.containsKey(arguments[i]) || !value.matches("[1-9][0-9]{0,8}")) {
                out.println("check-orders: " + arguments[i] + " " + value + ": see bin/check-orders --help");
                return false;
            }
            numbers.put(arguments[i], Integer.valueOf(value));
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
            OrderReport report = new OrderFaults(suite, number("--seed"), size, out::println).run();
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
