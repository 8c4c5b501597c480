package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The suite on one machine: stores, registries, services and the gateway, each a process on 127.0.0.1. */
public final class Suite implements AutoCloseable {

    /** The stages of the end: what drains, then what it drains with. */
    private static final int SERVICES = 0;

    private static final int GROUND = 1;

    private final SuiteOptions options;
    private final FreePorts ports = new FreePorts();
    private final Children children = new Children();
    private final @Nullable Tls tls;
    private final Issuer issuer;
    private final Secrets secrets;
    private final Probes probes;
    private final List<Application> applications = new ArrayList<>();
    private final Map<String, Instance> instances = new LinkedHashMap<>();
    private final URI gateway;
    private final List<URI> registries;
    private final Redis redis;
    private final URI postgres;
    private @Nullable FileLock claim;
    private volatile boolean attached = true;

    /** Lays a suite out. Nothing runs yet. */
    public Suite(SuiteOptions options) {
        this.options = options;
        this.tls = options.tls() ? Tls.here() : null;
        if (tls != null) {
            tls.trust();
        }
        this.gateway = http(options.gatewayPort() == 0 ? ports.next() : options.gatewayPort());
        this.registries = registries(options.registries());
        this.secrets = Secrets.of(options.runFolder());
        URI issuerPlace = http(ports.next());
        this.issuer = new Issuer(issuerPlace, secrets);
        this.probes = new Probes(credentials());
        this.redis = redis(ports.next());
        this.postgres = postgres(ports.next());
        service(ServiceSpec.registry(options.registries()), registries, GROUND);
        service(ServiceSpec.ISSUER, List.of(issuerPlace), GROUND);
        service(ServiceSpec.GATEWAY, List.of(gateway), SERVICES);
        service(ServiceSpec.LOCK_SERVICE, SERVICES);
        service(ServiceSpec.INVENTORY_SERVICE, SERVICES);
        service(ServiceSpec.ORDER_SERVICE, SERVICES);
    }

    /**
     * Starts all parts at once and returns when the last is ready, each service by way of the gateway. When one fails,
     * all are ended.
     *
     * @throws StartFailure with a message for the person at the terminal
     */
    public void start() throws InterruptedException {
        long start = System.nanoTime();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            claimRunFolder();
            var parts = new ExecutorCompletionService<Instance>(tasks);
            instances.values().forEach(part -> parts.submit(part::start, part));
            for (int i = 0; i < instances.size(); i++) {
                Instance part = parts.take().get();
                double seconds = (System.nanoTime() - start) / 1e9;
                options.progress().accept(String.format(Locale.ROOT, "%-17s ready %6.1f s", part.name(), seconds));
            }
        } catch (ExecutionException failure) {
            boolean stopped = isClosing();
            close();
            throw startFailure(stopped, failure.getCause());
        } catch (IOException failure) {
            throw new StartFailure("The run folder cannot be used: " + failure.getMessage(), failure);
        }
    }

    private static StartFailure startFailure(boolean stopped, @Nullable Throwable cause) {
        if (stopped) {
            return new StartFailure("Stopped before all was ready.");
        }
        return cause instanceof StartFailure known ? known : new StartFailure("The start failed: " + cause);
    }

    /** The certificates, if it runs over TLS. */
    public Optional<Tls> tls() {
        return Optional.ofNullable(tls);
    }

    /** The one public door. */
    public URI gateway() {
        return gateway;
    }

    /** Sends tokens that let their bearer do all that users do, in any namespace. */
    public Credentials credentials() {
        return credentials(Access.STORY);
    }

    /** Sends tokens that let their bearer do this. */
    public Credentials credentials(Access access) {
        return issuer.credentials(access);
    }

    /** A token that lets its bearer do this. */
    public String token(Access access) throws IOException {
        return issuer.token(access);
    }

    /** Opens the registry. */
    public Credentials registryCredentials() {
        return () -> secrets.basic("holdfast", Secrets.REGISTRY_PASSWORD);
    }

    /** The registry, or the two that are peers. */
    public List<Instance> registries() {
        return instances(ServiceSpec.registry(options.registries()));
    }

    public Instance issuer() {
        return instance(Issuer.NAME);
    }

    public Redis redis() {
        return redis;
    }

    /** The instance of this name, such as {@code lock-service-1}. */
    public Instance instance(String name) {
        return Objects.requireNonNull(instances.get(name), name);
    }

    public List<Instance> lockServices() {
        return instances(ServiceSpec.LOCK_SERVICE);
    }

    public List<Instance> orderServices() {
        return instances(ServiceSpec.ORDER_SERVICE);
    }

    public Instance inventoryService() {
        return instance("inventory-service");
    }

    public Instance postgres() {
        return instance("postgres");
    }

    private List<Instance> instances(ServiceSpec spec) {
        return spec.instances().stream().map(this::instance).toList();
    }

    /** Where each part is found. */
    public List<Instance.Address> addresses() {
        return instances.values().stream().map(Instance::address).toList();
    }

    /** Whether all services start with an AOT cache. */
    public boolean isTrained() throws IOException {
        for (Application application : applications) {
            if (!application.isTrained()) {
                return false;
            }
        }
        return true;
    }

    /** Makes the AOT caches that are missing, for the next start, one after the other and at the lowest priority. */
    public void train() throws IOException {
        try {
            for (Application application : applications) {
                if (!isClosing() && !application.isTrained()) {
                    application.train();
                }
            }
        } catch (StartFailure builtAnew) {
            options.progress().accept("No AOT caches were made: " + builtAnew.getMessage());
        }
    }

    /**
     * Leaves the suite running when this launcher ends.
     *
     * @param successor a command that goes on working for the suite and ends with it, or nothing
     */
    public synchronized void detach(List<String> successor) throws IOException {
        Process process = successor.isEmpty() ? null : children.start(log("successor"), successor);
        attached = false;
        owned(process == null ? null : process.toHandle());
        releaseRunFolder();
    }

    /** Whether the suite is being ended, or has been. */
    public boolean isClosing() {
        return children.refusing();
    }

    /** Ends all parts, unless detached. */
    @Override
    public void close() {
        if (attached) {
            children.refuse();
            end();
        }
        probes.close();
        issuer.close();
    }

    private synchronized void end() {
        try {
            if (claim != null) {
                owned(null);
                RunState.end(options.runFolder());
            }
            children.close();
            releaseRunFolder();
        } catch (IOException failure) {
            throw new IllegalStateException("The run folder cannot be tidied", failure);
        }
    }

    private void claimRunFolder() throws IOException {
        Path folder = options.runFolder();
        Files.createDirectories(folder);
        FileLock lock = lock(folder.resolveSibling(folder.getFileName() + ".lock"));
        if (lock == null || RunState.read(folder).isPresent()) {
            throw new StartFailure("Holdfast runs already: ./demo status shows it, ./demo down ends it.");
        }
        claim = lock;
        if (!FreePorts.isFree(gateway.getPort())) {
            throw new StartFailure(
                    "Port " + gateway.getPort() + " is taken: choose another for the gateway with --port.");
        }
        Folders.delete(folder);
        Files.createDirectories(folder.resolve("redis"));
        Files.createDirectories(folder.resolve("logs"));
        if (tls != null) {
            tls.write(tlsFolder());
        }
        secrets.make();
        owned(ProcessHandle.current());
    }

    private static @Nullable FileLock lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException ownedHere) {
            return null;
        }
    }

    private void releaseRunFolder() throws IOException {
        if (claim != null) {
            claim.channel().close();
            claim = null;
        }
    }

    /** Records which launcher works for the run. */
    private void owned(@Nullable ProcessHandle launcher) throws IOException {
        RunState.ProcessId owner = launcher == null ? null : RunState.ProcessId.of(launcher);
        RunState.change(
                options.runFolder(), before -> new RunState(owner, before == null ? List.of() : before.parts()));
    }

    private List<URI> registries(int count) {
        // Peers tell each other apart by the host name alone.
        return count == 1
                ? List.of(http(ports.next()))
                : List.of(URI.create(scheme() + "://localhost:" + ports.next()), http(ports.next()));
    }

    private Redis redis(int port) {
        Path data = options.runFolder().resolve("redis");
        URI uri = URI.create((tls == null ? "redis" : "rediss") + "://127.0.0.1:" + port);
        Path programs = options.root().resolve(".demo/redis");
        Instance instance = instance(
                new Instance.Address("redis", uri, null, null, log("redis"), GROUND),
                () -> tls == null
                        ? Redis.command(programs, port, data)
                        : Redis.tlsCommand(programs, port, data, tlsFolder()));
        return new Redis(instance, data);
    }

    private URI postgres(int port) {
        Path programs = options.root().resolve(".demo/postgres");
        Path data = options.runFolder().resolve("postgres");
        URI uri = URI.create("postgresql://127.0.0.1:" + port + (tls == null ? "" : "?" + Postgres.TLS));
        instance(
                new Instance.Address("postgres", uri, null, null, log("postgres"), GROUND),
                () -> tls == null
                        ? Postgres.command(programs, port, data, log("postgres"), children)
                        : Postgres.tlsCommand(programs, port, data, log("postgres"), tlsFolder(), children));
        return uri;
    }

    private void service(ServiceSpec spec, int stage) {
        service(spec, spec.instances().stream().map(name -> http(ports.next())).toList(), stage);
    }

    private void service(ServiceSpec spec, List<URI> places, int stage) {
        var application = new Application(spec, options.root(), children, options.progress());
        applications.add(application);
        URI route = spec.route() == null ? null : gateway.resolve(spec.route());
        for (int i = 0; i < places.size(); i++) {
            String name = spec.instances().get(i);
            var address = new Instance.Address(name, places.get(i), http(ports.next()), route, log(name), stage);
            instance(address, () -> serviceCommand(application, address));
        }
    }

    private Instance instance(Instance.Address address, Supplier<List<String>> command) {
        var instance = new Instance(address, command, () -> probes.isRoutable(address), children, options.runFolder());
        instances.put(address.name(), instance);
        return instance;
    }

    private List<String> serviceCommand(Application application, Instance.Address address) {
        var command = new ArrayList<>(application.command());
        command.addAll(address.arguments());
        command.addAll(List.of(
                "--HOLDFAST_HOST=" + address.uri().getHost(),
                "--HOLDFAST_REGISTRY="
                        + registries.stream()
                                .map(registry -> registry.resolve("/eureka/").toString())
                                .collect(Collectors.joining(",")),
                "--eureka.instance.instance-id=" + address.name(),
                secrets.argument(),
                "--HOLDFAST_ISSUER_KEY=" + options.runFolder().resolve("issuer-key.json"),
                redis.argument(),
                "--HOLDFAST_POSTGRES=127.0.0.1:" + postgres.getPort(),
                "--HOLDFAST_POSTGRES_USER=" + Postgres.USER));
        command.addAll(issuer.arguments());
        var profiles = new ArrayList<String>();
        if (registries.contains(address.uri()) && registries.size() > 1) {
            profiles.add("peers");
        }
        if (tls != null) {
            profiles.add("tls");
            command.add("--HOLDFAST_TLS=" + tlsFolder());
        }
        if (!profiles.isEmpty()) {
            command.add("--spring.profiles.active=" + String.join(",", profiles));
        }
        return command;
    }

    private Path log(String name) {
        return options.runFolder().resolve("logs").resolve(name + ".log");
    }

    private Path tlsFolder() {
        return Tls.folder(options.runFolder());
    }

    private URI http(int port) {
        return URI.create(scheme() + "://127.0.0.1:" + port);
    }

    private String scheme() {
        return tls == null ? "http" : "https";
    }
}
