package dev.holdfast.lock.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.defaults.HoldfastApplication;
import dev.holdfast.lock.LockServiceApplication;
import dev.holdfast.lock.TestRedis;
import dev.holdfast.security.Caller;
import dev.holdfast.testing.issuer.TestIssuer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.MethodParameter;
import org.springframework.web.reactive.BindingContext;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.result.method.HandlerMethodArgumentResolver;
import org.springframework.web.reactive.result.method.annotation.ArgumentResolverConfigurer;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/**
 * What it costs to know who calls: the server's CPU a request, with the gate and with a caller out of thin air, at 64
 * clients on connections of their own. Two services side by side, asked by turns. For {@code bin/check-security-cost}.
 */
class AuthenticationCost {
    private static final Logger log = LoggerFactory.getLogger(AuthenticationCost.class);
    private static final int CLIENTS = 64;
    private static final int ROUNDS = Integer.getInteger("holdfast.rounds", 20);
    private static final int WARM_UP = Integer.getInteger("holdfast.warm-up", 4);
    private static final Duration TURN = Duration.ofMillis(Integer.getInteger("holdfast.turn", 3000));
    private static final double MOST_MICROS = 10;

    @Test
    void itAddsAtMostTenMicrosecondsOfCpuToARequest() throws Exception {
        try (Server with = new Server(Gated.class);
                Server without = new Server(Open.class)) {
            with.hold();
            without.hold();
            List<Double> gated = new ArrayList<>();
            List<Double> open = new ArrayList<>();
            List<Double> added = new ArrayList<>();
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                boolean gatedFirst = round % 2 == 0;
                double first = (gatedFirst ? with : without).microsOfARequest();
                double second = (gatedFirst ? without : with).microsOfARequest();
                if (round >= 0) {
                    gated.add(gatedFirst ? first : second);
                    open.add(gatedFirst ? second : first);
                    added.add(gated.getLast() - open.getLast());
                }
            }
            String figures =
                    "CPU of a request in µs, medians of %d turns each: %.1f with the gate, %.1f without; added %.1f (quartiles %.1f and %.1f)"
                            .formatted(
                                    ROUNDS,
                                    quantile(gated, 0.5),
                                    quantile(open, 0.5),
                                    quantile(added, 0.5),
                                    quantile(added, 0.25),
                                    quantile(added, 0.75));
            log.info(figures);
            assertThat(quantile(added, 0.5)).as(figures).isLessThanOrEqualTo(MOST_MICROS);
        }
    }

    private static double quantile(List<Double> values, double part) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[(int) Math.round((sorted.length - 1) * part)];
    }

    /** A service in a JVM of its own, as it is packaged but for who is behind the gate. */
    private static final class Server implements AutoCloseable {
        private static final String TOKEN = TestIssuer.shared()
                .token()
                .subject("order-service")
                .scopes("locks:read", "locks:write", "orders:reserve", "users:relay")
                .namespaces("orders", "payments", "team-a.*")
                .bearer();

        private final Process process;
        private final int port;
        private final String lease = "/v1/namespaces/orders/leases/" + UUID.randomUUID();

        Server(Class<?> main) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-XX:+UseSerialGC",
                    "-Xmx512m",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    main.getName(),
                    "--spring.data.redis.port=" + TestRedis.shared().port(),
                    // Not to be measured is what a machine that is busy otherwise does to it.
                    "--spring.data.redis.timeout=10s"));
            TestIssuer.shared().settings().forEach((name, value) -> command.add("--" + name + "=" + value));
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            port = Integer.parseInt(firstLine(process));
        }

        private static String firstLine(Process process) throws IOException {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("port ")) {
                    return line.substring(5);
                }
            }
            throw new IOException("the service did not start");
        }

        void hold() throws IOException {
            try (RawConnection connection = new RawConnection(port, 10_000, TOKEN)) {
                String body = "{\"locks\":[{\"name\":\"" + port + "\"}],\"ttl\":\"PT1H\"}";
                assertThat(connection.exchange("PUT", lease, body)).isEqualTo(201);
            }
        }

        /** Asks for a lease again and again for a turn. */
        double microsOfARequest() throws InterruptedException, ExecutionException {
            long end = System.nanoTime() + TURN.toNanos();
            long before = cpu().toNanos();
            int answered = 0;
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<Integer> client :
                        threads.invokeAll(Collections.<Callable<Integer>>nCopies(CLIENTS, () -> ask(end)))) {
                    answered += client.get();
                }
            }
            return (cpu().toNanos() - before) / 1000.0 / answered;
        }

        /** Returns how many answers there were. */
        private int ask(long end) throws IOException {
            int answered = 0;
            try (RawConnection connection = new RawConnection(port, 10_000, TOKEN)) {
                while (System.nanoTime() < end) {
                    assertThat(connection.exchange("GET", lease, "")).isEqualTo(200);
                    answered++;
                }
            }
            return answered;
        }

        private Duration cpu() {
            return process.info().totalCpuDuration().orElseThrow();
        }

        @Override
        public void close() {
            process.destroy();
        }
    }

    /** The service as it is. */
    static final class Gated {
        private Gated() {}

        static void main(String[] arguments) {
            run(LockServiceApplication.class, arguments);
        }
    }

    /** The service without its gate. */
    static final class Open {
        private Open() {}

        static void main(String[] arguments) {
            String[] all = Arrays.copyOf(arguments, arguments.length + 1);
            all[arguments.length] =
                    "--spring.autoconfigure.exclude=dev.holdfast.security.ReactiveSecurityAutoConfiguration";
            run(OutOfThinAir.class, all);
        }
    }

    private static void run(Class<?> application, String[] arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--management.server.port=0",
                "--management.server.address=127.0.0.1",
                "--eureka.client.enabled=false"));
        ConfigurableApplicationContext service =
                HoldfastApplication.run(application, "lock-service", all.toArray(String[]::new));
        System.out.println("port " + service.getEnvironment().getProperty("local.server.port"));
    }

    /** Every request is this caller's, whatever token it has. No component: the service would find it in its tests. */
    @Import(LockServiceApplication.class)
    static class OutOfThinAir {
        private static final Caller CALLER =
                new Caller("order-service", Set.of("locks:read", "locks:write"), Set.of("*"), Instant.MAX, null);

        @Bean
        WebFilter callers() {
            return (exchange, chain) -> {
                exchange.getAttributes().put(Caller.ATTRIBUTE, CALLER);
                return chain.filter(exchange);
            };
        }

        @Bean
        WebFluxConfigurer callerArguments() {
            return new WebFluxConfigurer() {
                @Override
                public void configureArgumentResolvers(ArgumentResolverConfigurer resolvers) {
                    resolvers.addCustomResolver(new HandlerMethodArgumentResolver() {
                        @Override
                        public boolean supportsParameter(MethodParameter parameter) {
                            return parameter.getParameterType() == Caller.class;
                        }

                        @Override
                        public Mono<Object> resolveArgument(
                                MethodParameter parameter, BindingContext binding, ServerWebExchange exchange) {
                            return Mono.just(CALLER);
                        }
                    });
                }
            };
        }
    }
}
