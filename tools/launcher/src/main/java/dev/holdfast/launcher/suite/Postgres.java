package dev.holdfast.launcher.suite;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The suite's PostgreSQL: a real server, with its data in the run folder and a database for each service. */
public final class Postgres {

    /** Its only user, who needs no password: the server listens on 127.0.0.1 alone. */
    public static final String USER = "postgres";

    /** What the address of one says that speaks TLS: who connects is to verify its name. */
    static final String TLS = "sslmode=verify-full";

    private static final List<String> DATABASES = List.of("orders", "inventory");

    private Postgres() {}

    /**
     * The command that runs a server. The first call makes its data.
     *
     * @param programs where what has to be unpacked is kept
     */
    static List<String> command(Path programs, int port, Path data, Path log, Children children) {
        Path home = PostgresBinary.home(programs);
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            initialize(home, data, log, children);
        }
        var command = new ArrayList<>(List.of(
                // After a kill -9 the pid in this file may be another process's.
                "sh", "-c", "rm -f '" + data.resolve("postmaster.pid") + "' && exec \"$@\"", "sh"));
        command.addAll(unprivileged(home, "postgres"));
        command.addAll(List.of(
                "-D",
                data.toString(),
                "-p",
                String.valueOf(port),
                "-h",
                "127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=on",
                "-c",
                "synchronous_commit=on",
                // Little memory for a machine that runs the whole suite.
                "-c",
                "shared_buffers=32MB",
                "-c",
                "max_connections=60"));
        return command;
    }

    /** As {@link #command}, for one that takes connections over TLS alone. */
    static List<String> tlsCommand(Path programs, int port, Path data, Path log, Path tls, Children children) {
        List<String> command = new ArrayList<>(command(programs, port, data, log, children));
        Path rules = data.resolve("hostssl.conf");
        try {
            Files.writeString(rules, "hostssl all all 127.0.0.1/32 trust\n");
        } catch (IOException failure) {
            throw new StartFailure("PostgreSQL cannot be told to use TLS: " + failure.getMessage(), failure);
        }
        for (String setting : List.of(
                "ssl=on",
                "ssl_cert_file=" + tls.resolve("tls.crt"),
                "ssl_key_file=" + tls.resolve("tls.key"),
                "hba_file=" + rules)) {
            command.addAll(List.of("-c", setting));
        }
        return command;
    }

    private static void initialize(Path home, Path data, Path log, Children children) {
        List<String> command = new ArrayList<>(unprivileged(home, "initdb"));
        command.addAll(
                List.of("-D", data.toString(), "-U", USER, "-A", "trust", "-E", "UTF-8", "--locale=C", "--no-sync"));
        try {
            Process process = children.start(log, command);
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new StartFailure("PostgreSQL cannot make its data; its log is " + log);
            }
        } catch (IOException failure) {
            throw new StartFailure("PostgreSQL cannot make its data: " + failure.getMessage(), failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Stopped while PostgreSQL made its data.", interrupt);
        }
    }

    /** PostgreSQL refuses to run as root. In a user namespace of its own it runs as nobody, with root's files. */
    private static List<String> unprivileged(Path home, String program) {
        String file = home.resolve("bin").resolve(program).toString();
        return System.getProperty("user.name").equals("root")
                        && System.getProperty("os.name")
                                .toLowerCase(Locale.ROOT)
                                .equals("linux")
                ? List.of("unshare", "-U", file)
                : List.of(file);
    }

    /** A connection to one of its databases, {@code orders} or {@code inventory}. */
    public static Connection connect(int port, String database) throws SQLException {
        return connect(URI.create("postgresql://127.0.0.1:" + port), database);
    }

    /** @param uri with {@link #TLS} for one that speaks TLS */
    private static Connection connect(URI uri, String database) throws SQLException {
        String tls = TLS.equals(uri.getQuery()) ? "&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory&" + TLS : "";
        return DriverManager.getConnection("jdbc:postgresql://" + uri.getAuthority() + "/" + database
                + "?connectTimeout=2&socketTimeout=2&loginTimeout=2&user=" + USER + tls);
    }

    /** Whether it serves, with its databases: the first call that it answers makes them. */
    static boolean serves(URI uri) {
        try (Connection connection = connect(uri, "postgres");
                Statement statement = connection.createStatement()) {
            for (String database : DATABASES) {
                if (!exists(statement, database)) {
                    statement.execute("CREATE DATABASE " + database);
                }
            }
            return true;
        } catch (SQLException notYet) {
            return false;
        }
    }

    private static boolean exists(Statement statement, String database) throws SQLException {
        try (ResultSet found = statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + database + "'")) {
            return found.next();
        }
    }
}
