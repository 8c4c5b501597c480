package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Lock services with their Redis and issuer alone, each a process on 127.0.0.1: no registry to be found by, no gateway in front. For
 * measurements.
 */
public final class LockServices implements AutoCloseable {

    private static final int HEAP_MEGABYTES = 512;

    private final Path runFolder;
    private final FreePorts ports = new FreePorts();
    private final Children children = new Children();
    private final Secrets secrets;
    private final Issuer issuer;
    private final Probes probes;
    private final Redis redis;
    private final Instance issuing;
    private final List<Instance> services;

    /**
     * Lays them out. Nothing runs yet.
     *
     * @param root the project's folder, where the packaged service lies
     * @param runFolder where this run keeps its logs and data; emptied at the start
     */
    public LockServices(Path root, Path runFolder, int count) {
        this.runFolder = runFolder.toAbsolutePath().normalize();
        URI issuerPlace = http();
        this.secrets = Secrets.of(this.runFolder);
        this.issuer = new Issuer(issuerPlace, secrets);
        this.probes = new Probes(credentials());
        List<String> names = IntStream.rangeClosed(1, count)
                .mapToObj(i -> "lock-service-" + i)
                .toList();
        var application = new Application(
                new ServiceSpec(ServiceSpec.LOCK_SERVICE.module(), names, HEAP_MEGABYTES, null),
                root,
                children,
                line -> {});
        this.redis = redis(root);
        this.issuing =
                service(new Application(ServiceSpec.ISSUER, root, children, line -> {}), Issuer.NAME, issuerPlace);
        this.services =
                names.stream().map(name -> service(application, name, http())).toList();
    }

    private Redis redis(Path root) {
        Path data = runFolder.resolve("redis");
        URI uri = URI.create("redis://127.0.0.1:" + ports.next());
        var address = new Instance.Address("redis", uri, null, null, log("redis"), 1);
        return new Redis(
                new Instance(
                        address,
                        () -> Redis.command(root.resolve(".demo/redis"), uri.getPort(), data),
                        () -> probes.isReady(address),
                        children,
                        runFolder),
                data);
    }

    private Instance service(Application application, String name, URI place) {
        var address = new Instance.Address(name, place, http(), null, log(name), 0);
        return new Instance(
                address, () -> command(application, address), () -> probes.isReady(address), children, runFolder);
    }

    private List<String> command(Application application, Instance.Address address) {
        var command = new ArrayList<>(application.command());
        command.addAll(address.arguments());
        command.addAll(issuer.arguments());
        command.add(secrets.argument());
        command.add(redis.argument());
        command.add("--eureka.client.enabled=false");
        return command;
    }

    /**
     * Starts them and returns when all are ready.
     *
     * @throws StartFailure with a message for the person at the terminal
     */
    public void start() throws IOException {
        if (RunState.read(runFolder).isPresent()) {
            throw new StartFailure("It runs already, in " + runFolder + ".");
        }
        Folders.delete(runFolder);
        Files.createDirectories(runFolder.resolve("redis"));
        Files.createDirectories(runFolder.resolve("logs"));
        secrets.make();
        RunState.change(runFolder, before -> new RunState(null, List.of()));
        issuing.launch();
        redis.instance().start();
        services.forEach(Instance::launch);
        issuing.awaitReady();
        services.forEach(Instance::awaitReady);
    }

    public URI redis() {
        return redis.instance().uri();
    }

    public List<URI> services() {
        return services.stream().map(Instance::uri).toList();
    }

    /** Sends tokens that let their bearer use any lock. */
    public Credentials credentials() {
        return issuer.credentials(Access.STORY);
    }

    /** Ends them at once. */
    @Override
    public void close() {
        children.close();
        probes.close();
        issuer.close();
    }

    private URI http() {
        return URI.create("http://127.0.0.1:" + ports.next());
    }

    private Path log(String name) {
        return runFolder.resolve("logs").resolve(name + ".log");
    }
}
