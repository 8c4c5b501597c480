package dev.holdfast.launcher.story;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Clients that all act at once. */
final class Together {

    private Together() {}

    /** Returns when all are done, or throws when one failed. */
    static void run(List<Callable<Void>> clients) throws ExecutionException, InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Void> client : threads.invokeAll(clients)) {
                client.get();
            }
        }
    }
}
