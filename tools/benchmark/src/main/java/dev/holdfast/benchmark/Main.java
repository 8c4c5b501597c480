package dev.holdfast.benchmark;

import dev.holdfast.launcher.suite.LockServices;
import dev.holdfast.launcher.suite.StartFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Carries out {@code bin/check-scale}: the project's folder, then its arguments. */
public final class Main {

    private static final int INSTANCES = 3;
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private Main() {}

    static void main(String[] arguments) throws IOException {
        List<String> all = Arrays.asList(arguments);
        System.exit(run(Path.of(all.getFirst()), all.subList(1, all.size())));
    }

    private static int run(Path root, List<String> arguments) throws IOException {
        try {
            Scale scale = Scale.parse(arguments);
            System.out.println(scale);
            return check(root, scale) ? 0 : FAILED;
        } catch (StartFailure failure) {
            System.err.println("check-scale: " + failure.getMessage());
            return FAILED;
        } catch (IllegalArgumentException misuse) {
            System.err.println("check-scale: " + misuse.getMessage() + ": see bin/check-scale --help");
            return MISUSED;
        }
    }

    private static boolean check(Path root, Scale scale) throws IOException {
        Path runFolder = root.resolve(".demo/check-scale");
        try (var suite = new LockServices(root, runFolder, INSTANCES)) {
            Runtime.getRuntime().addShutdownHook(new Thread(suite::close));
            return new ScaleCheck(scale, System.out::println).run(suite);
        }
    }
}
