package dev.holdfast.launcher;

import dev.holdfast.launcher.story.Chapter;
import dev.holdfast.launcher.story.Story;
import dev.holdfast.launcher.story.Verdict;
import dev.holdfast.launcher.suite.Access;
import dev.holdfast.launcher.suite.Instance;
import dev.holdfast.launcher.suite.Issuer;
import dev.holdfast.launcher.suite.Probes;
import dev.holdfast.launcher.suite.RunState;
import dev.holdfast.launcher.suite.StartFailure;
import dev.holdfast.launcher.suite.Suite;
import dev.holdfast.launcher.suite.SuiteOptions;
import dev.holdfast.launcher.suite.Tls;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * Carries out one command of the {@code demo} script, which has checked the arguments: folder, command, port, and the
 * instance for a command that has one. Those of {@code token} are checked here.
 */
public final class Main {

    private static final String DOES_NOT_RUN = "Holdfast does not run.";
    private static final int FAILED = 1;
    private static final int UNKNOWN = 2;
    private static final int NOT_RUNNING = 3;

    /** Longer than an instance may take to finish what is under way. */
    private static final Duration DRAIN = Duration.ofMinutes(1);

    private final PrintStream out;
    private final PrintStream err;
    private final List<String> trainer;
    private final SuiteOptions options;

    private Main(PrintStream out, PrintStream err, Path root, int port, boolean tls) {
        this.out = out;
        this.err = err;
        this.trainer = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Path.of(System.getProperty("java.class.path")).toAbsolutePath().toString(),
                root.toString(),
                "train",
                String.valueOf(port));
        SuiteOptions plain = SuiteOptions.ofDemo(root, port, out::println);
        this.options = tls ? plain.overTls() : plain;
    }

    static void main(String[] arguments) throws Exception {
        List<String> rest = List.of(arguments).subList(3, arguments.length);
        var main = new Main(
                System.out, System.err, Path.of(arguments[0]), Integer.parseInt(arguments[2]), rest.contains("--tls"));
        System.exit(main.run(arguments[1], rest));
    }

    private int run(String command, List<String> rest) throws IOException, InterruptedException {
        return switch (command) {
            case "play" -> start(this::playAndStay);
            case "once" -> start(this::play);
            case "up" -> start(this::leave);
            case "train" -> train();
            case "status" -> status();
            case "down" -> down();
            case "kill" -> operate(rest.getFirst(), this::kill);
            case "drain" -> operate(rest.getFirst(), this::drain);
            case "start" -> operate(rest.getFirst(), this::start);
            case "token" -> token(rest);
            default -> throw new IllegalArgumentException(command);
        };
    }

    @FunctionalInterface
    private interface Act {
        int on(Suite suite) throws IOException, InterruptedException;
    }

    private int start(Act act) throws IOException, InterruptedException {
        try (var suite = new Suite(options)) {
            Runtime.getRuntime().addShutdownHook(new Thread(suite::close));
            suite.start();
            printPlaces(suite.addresses());
            return act.on(suite);
        } catch (StartFailure failure) {
            err.println(failure.getMessage());
            return FAILED;
        }
    }

    private int playAndStay(Suite suite) throws IOException, InterruptedException {
        play(suite);
        if (suite.isClosing()) {
            return FAILED;
        }
        out.println("Holdfast stays up until Ctrl-C. Try: curl " + certificate()
                + "-H \"Authorization: Bearer $(./demo token)\" " + suite.gateway() + "/v1/namespaces/demo/locks");
        suite.train();
        new CountDownLatch(1).await();
        return 0;
    }

    private String certificate() {
        return options.tls() ? "--cacert " + Tls.folder(options.runFolder()).resolve("ca.crt") + " " : "";
    }

    private int play(Suite suite) {
        boolean all = true;
        try (var story = new Story(suite)) {
            for (Chapter chapter : story.chapters()) {
                Verdict verdict = chapter.tell();
                if (suite.isClosing()) {
                    return FAILED;
                }
                all &= verdict.holds();
                out.println(verdict.line());
            }
        }
        return all ? 0 : FAILED;
    }

    private int leave(Suite suite) throws IOException {
        suite.detach(suite.isTrained() ? List.of() : trainer);
        out.println("Holdfast runs: ./demo status shows it, ./demo down ends it.");
        return 0;
    }

    /** Makes the AOT caches for the next start, while a suite that was left running serves. */
    private int train() throws IOException {
        try (var suite = new Suite(options)) {
            Runtime.getRuntime().addShutdownHook(new Thread(suite::close));
            suite.train();
        }
        return 0;
    }

    /** What runs, which this launcher has not started. */
    private Optional<RunState> running() throws IOException {
        Tls.trust(options.runFolder());
        return RunState.read(options.runFolder());
    }

    private int status() throws IOException {
        Optional<RunState> state = running();
        if (state.isEmpty()) {
            return notRunning();
        }
        boolean all = true;
        try (var probes = new Probes(() -> "")) {
            for (RunState.Part part : state.get().parts()) {
                String health = health(part, probes);
                all &= health.equals("ready");
                out.println(String.format(
                        "%-17s %-9s pid %d",
                        part.address().name(), health, part.process().pid()));
            }
        }
        printPlaces(state.get().parts().stream().map(RunState.Part::address).toList());
        return all ? 0 : FAILED;
    }

    private static String health(RunState.Part part, Probes probes) {
        if (part.process().running().isEmpty()) {
            return "gone";
        }
        return probes.isReady(part.address()) ? "ready" : "not ready";
    }

    private int down() throws IOException {
        boolean runs = RunState.read(options.runFolder()).isPresent();
        RunState.end(options.runFolder());
        out.println(runs ? "Holdfast is down." : DOES_NOT_RUN);
        return 0;
    }

    @FunctionalInterface
    private interface Operation {
        int on(Instance instance);
    }

    /** Does something to one instance of a suite that runs, whichever launcher started it. */
    private int operate(String name, Operation operation) throws IOException {
        Optional<RunState> state = running();
        if (state.isEmpty()) {
            return notRunning();
        }
        Optional<RunState.Part> part = state.get().part(name);
        if (part.isEmpty()) {
            String names = state.get().parts().stream()
                    .map(known -> known.address().name())
                    .collect(Collectors.joining(", "));
            err.println("There is no instance " + name + ", but these: " + names + ".");
            return UNKNOWN;
        }
        try (var issuer = Issuer.of(state.get(), options.runFolder());
                var probes = new Probes(issuer.credentials(Access.DEMO))) {
            return operation.on(Instance.of(part.get(), probes, options.runFolder()));
        } catch (StartFailure failure) {
            err.println(failure.getMessage());
            return FAILED;
        }
    }

    private int kill(Instance instance) {
        if (!instance.runs()) {
            return gone(instance);
        }
        instance.kill();
        out.println(instance.name() + " is killed: ./demo start " + instance.name() + " starts it again.");
        return 0;
    }

    private int drain(Instance instance) {
        if (!instance.runs()) {
            return gone(instance);
        }
        long start = System.nanoTime();
        if (!instance.drain(DRAIN)) {
            err.println(instance.name() + " still runs after " + DRAIN.toSeconds() + " s: ./demo kill ends it.");
            return FAILED;
        }
        out.println(instance.name() + " drained and ended within " + secondsSince(start) + ": ./demo start "
                + instance.name() + " starts it again.");
        return 0;
    }

    private int start(Instance instance) {
        long start = System.nanoTime();
        instance.start();
        out.println(instance.name() + (instance.address().route() == null ? " is ready" : " is routable")
                + " again after " + secondsSince(start) + ".");
        return 0;
    }

    /** Prints a token, and nothing else: a shell is to put it into a request. */
    private int token(List<String> arguments) throws IOException {
        Access access;
        try {
            access = TokenOptions.parse(arguments);
        } catch (IllegalArgumentException misuse) {
            err.println("demo: " + misuse.getMessage());
            return UNKNOWN;
        }
        Optional<RunState> state = running();
        if (state.isEmpty()) {
            err.println(DOES_NOT_RUN);
            return NOT_RUNNING;
        }
        try (var issuer = Issuer.of(state.get(), options.runFolder())) {
            out.println(issuer.token(access));
            return 0;
        } catch (StartFailure | IOException failure) {
            err.println("demo: " + failure.getMessage());
            return FAILED;
        }
    }

    private int gone(Instance instance) {
        err.println(instance.name() + " does not run: ./demo start " + instance.name() + " starts it.");
        return FAILED;
    }

    private int notRunning() {
        out.println(DOES_NOT_RUN);
        return NOT_RUNNING;
    }

    private static String secondsSince(long start) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / 1e9);
    }

    private void printPlaces(List<Instance.Address> addresses) {
        out.println();
        for (Instance.Address address : addresses) {
            out.println(String.format("%-17s %s", address.name(), address.uri()));
            if (address.management() != null) {
                String actuator = address.management() + "/actuator/";
                out.println(String.format("%-17s   %shealth  %sprometheus", "", actuator, actuator));
            }
        }
        out.println(String.format("%-17s %s", "token", "./demo token, as the header Authorization: Bearer ..."));
        out.println(String.format("%-17s %s", "logs", options.runFolder().resolve("logs")));
        out.println();
    }
}
